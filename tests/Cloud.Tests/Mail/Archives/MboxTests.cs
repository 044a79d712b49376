using System.Text;
using System.Text.RegularExpressions;
using Cloud.Mail.Archives;

namespace Cloud.Tests.Mail.Archives;

public sealed class MboxTests
{
    static readonly MboxEnvelope Ann = new("ann@here.example", new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    const string Body =
        "From here on\r\n>From there\r\n>>From where\r\n\r\nFrom ann@x Sun Mar  1 12:00:00 2026\r\n\r\n";

    const string Message = "Subject: x\r\n\r\n" + Body;

    [Theory]
    [InlineData(MboxFamily.Mboxo, ">From here on\n>From there\n>>From where\n\n>From ann@x Sun")]
    [InlineData(MboxFamily.Mboxrd, ">From here on\n>>From there\n>>>From where\n\n>From ann@x Sun")]
    [InlineData(MboxFamily.Mboxcl, ">From here on\n>From there\n>>From where\n\n>From ann@x Sun")]
    [InlineData(MboxFamily.Mboxcl2, "From here on\n>From there\n>>From where\n\nFrom ann@x Sun")]
    public void Each_family_is_written_by_its_rules(MboxFamily family, string body)
    {
        var file = Encoding.ASCII.GetString(
            Mboxes.Write(family, NewlineForm.Lf, [(Ann, Encoding.ASCII.GetBytes(Message))])
        );

        Assert.StartsWith("From ann@here.example Sun Mar  1 12:00:00 2026\nSubject: x\n", file);
        Assert.Contains("\n\n" + body, file);
        Assert.EndsWith("\n\n\n", file);
        Assert.Equal(family >= MboxFamily.Mboxcl, file.Contains("Content-Length: ", StringComparison.Ordinal));
        if (family == MboxFamily.Mboxcl2)
            Assert.Contains($"\nContent-Length: {Body.Replace("\r", "").Length}\n\n", file);
    }

    [Theory]
    [InlineData(MboxFamily.Mboxrd)]
    [InlineData(MboxFamily.Mboxcl2)]
    public void Families_that_lose_nothing_give_every_message_back(MboxFamily family)
    {
        var random = new Random(4155);
        for (var round = 0; round < 400; round++)
        {
            var messages = Enumerable
                .Range(0, random.Next(1, 6))
                .Select(_ => (Envelope(random), Octets(random)))
                .ToArray();

            var file = Mboxes.Write(family, NewlineForm.Kept, messages);
            Same(messages, Mboxes.Read(family, file));
            Same(messages, Mboxes.Read(family, file, nextLength: () => 1));
            Same(messages, Mboxes.Read(family, file, nextLength: () => random.Next(1, 3_000)));

            var unix = messages.Select(m => (m.Item1, Encoding.Latin1.GetBytes(CrLf(m.Item2)))).ToArray();
            file = Mboxes.Write(family, NewlineForm.Lf, unix);
            Assert.DoesNotContain("\r\n", Encoding.Latin1.GetString(file));
            Same(unix, Mboxes.Read(family, file, NewlineForm.CrLf, () => random.Next(1, 200)));
        }

        static string CrLf(byte[] octets) =>
            Encoding.Latin1.GetString(octets).Replace("\r\n", "\n").Replace("\r", "").Replace("\n", "\r\n");
    }

    [Theory]
    [InlineData(MboxFamily.Mboxo)]
    [InlineData(MboxFamily.Mboxrd)]
    [InlineData(MboxFamily.Mboxcl)]
    [InlineData(MboxFamily.Mboxcl2)]
    public void Ugly_messages_lose_no_more_than_the_familys_quotes_and_the_files_own_fields(MboxFamily family)
    {
        var random = new Random(10 + (int)family);
        for (var round = 0; round < 3_000; round++)
        {
            var messages = Enumerable
                .Range(0, random.Next(1, 4))
                .Select(_ => (Envelope(random), Octets: Encoding.Latin1.GetBytes(Ugly(random))))
                .ToArray();
            var kept = messages.Select(m => (m.Item1, Encoding.Latin1.GetBytes(Kept(m.Octets, family)))).ToArray();

            var file = Mboxes.Write(family, NewlineForm.Kept, messages);
            Same(kept, Mboxes.Read(family, file));
            Same(kept, Mboxes.Read(family, file, nextLength: () => random.Next(1, 50)));
        }
    }

    static string Ugly(Random random)
    {
        string[] pieces =
        [
            "Subject: x\n",
            "Subject: x\r\n",
            "Status: R\r\n",
            "status : O\n",
            "X-Status: A\r\n more\r\n",
            "Content-Length: 3\r\n",
            " \r\n",
            "\tfolded\n",
            "no field\r\n",
            "From ann Sun Mar  1 12:00:00 2026\r\n",
            ">From ann@x\n",
            "From : x\n",
            ">From: x\n",
            ":\n",
            "\r\n",
            "\n",
            "\r\r\n",
            "\r",
            "\0\u00ff",
            "x",
            new string('x', 1_022) + ": y\n",
            new string('x', 1_500) + "\r\nStatus: R\r\n",
            new string('>', 499) + "From x\n",
            new string('>', 500) + "From x\n",
            new string('>', 501) + "From x\n",
            new string('>', 1_000) + "From x\n",
            new string('>', 1_019) + "From x\n",
            new string('>', 1_023) + "From x\n",
            new string('>', 2_000) + "\n",
        ];
        var text = new StringBuilder();
        for (var count = random.Next(0, 12); count > 0; count--)
            text.Append(pieces[random.Next(pieces.Length)]);
        return text.ToString();
    }

    /// <summary>What the format can say of a message: no fields of the file's own in the header, and a last line end.</summary>
    static string Kept(byte[] octets, MboxFamily family)
    {
        var text = Encoding.Latin1.GetString(octets);
        var (kept, inHeader, isFirst, isDropped, hasCr, isBareCr) = (
            new StringBuilder(),
            true,
            true,
            false,
            false,
            false
        );
        var ownFields = family >= MboxFamily.Mboxcl ? "(X-)?Status|Content-Length" : "(X-)?Status";
        for (var at = 0; at < text.Length; isFirst &= isDropped)
        {
            var lf = text.IndexOf('\n', at);
            var line = lf < 0 ? text[at..] : text[at..(lf + 1)];
            at += line.Length;
            var shown = line[..Math.Min(line.Length, 1_024)];
            hasCr |= inHeader && shown.EndsWith("\r\n", StringComparison.Ordinal);
            isBareCr |= inHeader && line == "\r";
            if (inHeader && line is "\n" or "\r\n" or "\r")
                (inHeader, isDropped) = (false, false);
            else if (inHeader && line[0] is not (' ' or '\t'))
            {
                var isMark = isFirst && Regex.IsMatch(line, "^>?From ");
                inHeader = isMark || Regex.IsMatch(shown, "^[!-9;-~]*[ \t]*:");
                isDropped =
                    inHeader && !isMark && Regex.IsMatch(line, $"^({ownFields})[ \t]*:", RegexOptions.IgnoreCase);
            }

            if (!isDropped)
                kept.Append(
                    family is MboxFamily.Mboxo or MboxFamily.Mboxcl ? Regex.Replace(line, "^>From ", "From ") : line
                );
        }

        var isExact = family == MboxFamily.Mboxcl2 && !inHeader && !isBareCr;
        return kept.Length == 0 || kept[^1] == '\n' || isExact ? kept.ToString() : kept + (hasCr ? "\r\n" : "\n");
    }

    [Theory]
    [InlineData(MboxFamily.Mboxo)]
    [InlineData(MboxFamily.Mboxcl)]
    public void Families_with_irreversible_quotes_give_usual_messages_back(MboxFamily family)
    {
        var message = Encoding.ASCII.GetBytes("Subject: x\r\n\r\nFrom me,\r\n\r\nyou\r\n");

        var file = Mboxes.Write(family, NewlineForm.Lf, [(Ann, message), (Ann, message)]);

        Same([(Ann, message), (Ann, message)], Mboxes.Read(family, file, NewlineForm.CrLf));
    }

    [Theory]
    [InlineData("From ann@here.example Sun Mar  1 12:00:00 2026", "ann@here.example", 1)]
    [InlineData("From - Sun Mar 01 12:00:00 2026", "-", 1)] // Mozilla
    [InlineData("From ???@??? Sun Mar 01 12:00:00 2026", "???@???", 1)] // Eudora
    [InlineData("From ann Sun Mar  1 12:00:00 CET 2026", "ann", 1)]
    [InlineData("From ann Sun Mar  1 12:00 2026", "ann", 1)]
    [InlineData("From ann Sun, 1 Mar 2026 12:00:00 +0100", "ann", 1)]
    [InlineData("From ann Sun Mar  1 12:00:00 2026 +0100", "ann", 1)]
    [InlineData("From ann 2026-03-01T12:00:00Z", "ann", 1)]
    [InlineData("From ann Sun Mar  1 12:00:00 2026 remote from there", "ann", 1)]
    [InlineData("From \"ann other\"@here.example Sun Mar  1 12:00:00 2026", "\"ann other\"@here.example", 1)]
    [InlineData("From Sun Mar  1 12:00:00 2026", "", 1)]
    [InlineData("From ann@here.example", "ann@here.example", 0)]
    public void Separators_come_in_many_shapes(string line, string sender, int day)
    {
        var message = Assert.Single(Mboxes.Read(MboxFamily.Mboxo, Encoding.ASCII.GetBytes($"{line}\n\nx\n")));

        Assert.Equal(sender, message.Envelope.Sender);
        Assert.Equal(day, message.Envelope.Received?.UtcDateTime.Day ?? 0);
        Assert.Equal("\nx\n", Encoding.ASCII.GetString(message.Octets));
    }

    [Theory]
    [InlineData("From here on it goes uphill.")]
    [InlineData("From 10:30 we are open.")]
    [InlineData("From Sunday to Monday")]
    [InlineData("From ")]
    [InlineData("From: ann@here.example")]
    [InlineData("from ann Sun Mar  1 12:00:00 2026")]
    public void Sentences_are_no_separators(string line) =>
        Assert.Equal(
            [$"\n{line}\n"],
            Mboxes.Texts(MboxFamily.Mboxo, $"From ann Sun Mar  1 12:00:00 2026\n\n{line}\n\n")
        );

    [Fact]
    public void What_stands_before_the_first_separator_and_a_byte_order_mark_are_passed_over()
    {
        const string Separator = "From ann Sun Mar  1 12:00:00 2026\n";

        Assert.Equal(["\nx\n"], Mboxes.Texts(MboxFamily.Mboxrd, $"junk\n\n{Separator}\nx\n\n"));
        Assert.Equal(["\nx\n"], Mboxes.Texts(MboxFamily.Mboxrd, $"\u00EF\u00BB\u00BF{Separator}\nx\n"));
        Assert.Empty(Mboxes.Texts(MboxFamily.Mboxrd, "junk\n"));
        Assert.Empty(Mboxes.Texts(MboxFamily.Mboxrd, ""));
    }

    [Fact]
    public void Missing_blank_lines_and_ends_and_messages_without_body_do_no_harm()
    {
        const string Separator = "From ann Sun Mar  1 12:00:00 2026";
        var file = $"{Separator}\r\nSubject: a\r\n\r\nx\r\n{Separator}\r\n{Separator}\nSubject: c\n{Separator}";

        Assert.Equal(["Subject: a\r\n\r\nx\r\n", "", "Subject: c\n", ""], Mboxes.Texts(MboxFamily.Mboxrd, file));
    }

    [Fact]
    public void Flags_are_kept_in_fields_of_the_file_and_not_in_the_message()
    {
        const MessageFlags Flags = MessageFlags.Seen | MessageFlags.Answered | MessageFlags.Flagged;
        var message = Encoding.ASCII.GetBytes("Subject: x\r\nStatus: R\r\n folded\r\n\r\nStatus: text\r\n");

        var file = Mboxes.Write(MboxFamily.Mboxrd, NewlineForm.Kept, [(Ann with { Flags = Flags }, message)]);
        var read = Assert.Single(Mboxes.Read(MboxFamily.Mboxrd, file));

        Assert.Contains("\r\nStatus: R\r\nX-Status: AF\r\n\r\n", Encoding.ASCII.GetString(file));
        Assert.Equal(Flags, read.Envelope.Flags);
        Assert.Equal("Subject: x\r\n\r\nStatus: text\r\n", Encoding.ASCII.GetString(read.Octets));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(-1)]
    [InlineData(null)]
    public void Count_that_is_too_short_or_none_loses_no_text(int? length)
    {
        var field = length is null ? "Content-Length: many\n" : $"Content-Length: {length}\n";
        var file =
            $"From ann Sun Mar  1 12:00:00 2026\n{field}\nlong\n\nbody\n\nFrom bob Sun Mar  1 12:00:00 2026\n\nb\n";

        Assert.Equal(["\nlong\n\nbody\n", "\nb\n"], Mboxes.Texts(MboxFamily.Mboxcl2, file));
    }

    [Theory]
    [InlineData(40)] // into the next message
    [InlineData(4_000)] // beyond the end of the file
    [InlineData(long.MaxValue)]
    public void Count_that_is_too_long_takes_no_message_away(long length)
    {
        const string Separator = "From ann Sun Mar  1 12:00:00 2026\n";
        var file =
            $"{Separator}Status: R\nContent-Length: {length}\n\na\n\n"
            + $"{Separator}Content-Length: 43\n\nFrom ann Sun Mar  1 12:00:00 2026\nthe body\n\n"
            + $"{Separator}\nlast\n";

        foreach (var step in new[] { int.MaxValue, 7, 1 })
        {
            var read = Mboxes.Read(MboxFamily.Mboxcl2, Encoding.ASCII.GetBytes(file), nextLength: () => step);

            Assert.Equal(
                ["\na\n", "\nFrom ann Sun Mar  1 12:00:00 2026\nthe body\n", "\nlast\n"],
                read.Select(message => Encoding.ASCII.GetString(message.Octets))
            );
            Assert.Equal(MessageFlags.Seen, read[0].Envelope.Flags);
        }
    }

    [Fact]
    public void File_full_of_wrong_counts_is_not_read_again_and_again()
    {
        const string Message = "From ann Sun Mar  1 12:00:00 2026\nContent-Length: 9999999\n\nx\n\n";
        var file = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(Message, 2_000)));
        var fed = 0;

        var read = Mboxes.Read(MboxFamily.Mboxcl2, file, nextLength: () => (fed += 4_096) > 0 ? 4_096 : 0);

        Assert.Equal(2_000, read.Count);
        Assert.InRange(fed, file.Length, 20 * file.Length);
    }

    [Fact]
    public void Sender_cannot_bring_a_line_of_its_own()
    {
        var evil = Ann with { Sender = "a\nFrom b Sun Mar  1 12:00:00 2026\n\nx" };

        var read = Mboxes.Read(MboxFamily.Mboxrd, Mboxes.Write(MboxFamily.Mboxrd, NewlineForm.Lf, [(evil, [])]));

        Assert.Equal("aFrombSunMar112:00:002026x", Assert.Single(read).Envelope.Sender);
    }

    [Fact]
    public void Bad_files_are_read_to_their_end_however_they_are_cut()
    {
        var whole = Mboxes.Write(MboxFamily.Mboxcl2, NewlineForm.Kept, [(Ann, Encoding.ASCII.GetBytes(Message))]);
        var random = new Random(3);
        foreach (var damaged in Damage.Cut(whole).Concat(Damage.Mutate(whole, 4, 2_000)))
        {
            foreach (var family in Enum.GetValues<MboxFamily>())
            {
                var read = Mboxes.Read(family, damaged);
                Assert.InRange(read.Sum(message => message.Octets.Length), 0, damaged.Length);
                Same(read, Mboxes.Read(family, damaged, nextLength: () => random.Next(1, 30)));
            }
        }
    }

    [Fact]
    public void Endless_line_is_read_in_little_memory()
    {
        var reader = new MboxReader(MboxFamily.Mboxrd);
        var sink = new NoWriter();
        var chunk = new byte[4096];
        chunk.AsSpan().Fill((byte)'>');
        ReadOnlySpan<byte> input = "From ann Sun Mar  1 12:00:00 2026\n\nx\n"u8;
        Assert.Equal(MboxEvent.Begin, reader.Read(ref input, false, sink));
        reader.Read(ref input, false, sink);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1_000; i++)
        {
            input = chunk;
            reader.Read(ref input, false, sink);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4096);
        Assert.Equal(3 + 1_000 * 4096 - 1, sink.Count); // the first of so many counts as a quote, whatever follows
    }

    static void Same(
        IReadOnlyList<(MboxEnvelope Envelope, byte[] Octets)> expected,
        IReadOnlyList<(MboxEnvelope Envelope, byte[] Octets)> actual
    )
    {
        Assert.Equal(expected.Select(m => m.Envelope), actual.Select(m => m.Envelope));
        Assert.Equal(
            expected.Select(m => Encoding.Latin1.GetString(m.Octets)),
            actual.Select(m => Encoding.Latin1.GetString(m.Octets))
        );
    }

    static MboxEnvelope Envelope(Random random) =>
        new(
            random.Next(2) == 0 ? "MAILER-DAEMON" : "ann@here.example",
            Ann.Received!.Value.AddSeconds(random.Next()),
            (MessageFlags)random.Next(32)
        );

    static byte[] Octets(Random random)
    {
        string[] pieces =
        [
            "From ",
            ">From ",
            ">>>>From x\r\n",
            "\r\n",
            "\r\n\r\n",
            "text",
            "\u00e9\0",
            "From ann Sun Mar  1 12:00:00 2026\r\n",
            "\r\nFrom ann@x\r\n",
            ">",
            new string('x', 1_030),
            new string('>', 700) + "From ",
            "Content-Length: 3\r\n",
        ];
        var text = new StringBuilder("Subject: x\r\n");
        if (random.Next(3) == 0)
            text.Insert(0, "From ann Sun Mar  1 12:00:00 2026\r\n");
        text.Append("\r\n");
        for (var count = random.Next(0, 20); count > 0; count--)
            text.Append(pieces[random.Next(pieces.Length)]);
        return Encoding.Latin1.GetBytes(text.Append("end\r\n").ToString());
    }

    sealed class NoWriter : System.Buffers.IBufferWriter<byte>
    {
        readonly byte[] buffer = new byte[64 * 1024];

        public long Count { get; private set; }

        public void Advance(int count) => Count += count;

        public Memory<byte> GetMemory(int sizeHint = 0) => buffer;

        public Span<byte> GetSpan(int sizeHint = 0) => buffer;
    }
}
