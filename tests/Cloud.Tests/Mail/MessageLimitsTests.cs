using System.Text;
using Cloud.Mail;
using Cloud.Mail.Headers;

namespace Cloud.Tests.Mail;

public sealed class MessageLimitsTests
{
    [Fact]
    public void Nesting_ends_at_the_limit_in_an_opaque_leaf()
    {
        var message = new StringBuilder();
        for (var level = 0; level < 500; level++)
            message.Append($"Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n");

        var index = Messages.Scan(message.ToString());

        var depth = 1;
        var part = index.Body;
        for (; part.Parts.Count > 0; depth++)
            part = part.Parts[0];
        Assert.Equal(MessageScanner.MaxDepth, depth);
        Assert.True(part.IsMultipart);
        Assert.Equal(index.Size, part.BodyEnd);
        Assert.Equal(IndexText.Of(index), IndexText.Of(MessageIndex.Unpack(index.Pack())));
    }

    [Theory]
    [InlineData(MessageScanner.MaxDepth, true)]
    [InlineData(MessageScanner.MaxDepth + 1, false)]
    public void Text_in_as_many_levels_as_are_allowed_is_a_part_and_in_one_more_it_is_not(int levels, bool isPart)
    {
        var message = new StringBuilder();
        for (var level = 1; level < levels; level++)
            message.Append($"Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n");

        var part = Messages.Scan(message.Append("\r\nx").ToString()).Body;

        while (part.Parts.Count > 0)
            part = part.Parts[0];
        Assert.Equal(isPart, part.IsText);
        Assert.Equal(isPart, part.BodyLength == 1);
    }

    [Theory]
    [InlineData(MessageScanner.MaxParts - 1, true)] // the multipart itself is one
    [InlineData(MessageScanner.MaxParts, false)]
    public void As_many_parts_as_are_allowed_are_told_apart_and_one_more_is_not(int count, bool areApart)
    {
        var parts = string.Join("\r\n", Enumerable.Repeat("--b\r\n\r\nx", count));

        var index = Messages.Scan($"Content-Type: multipart/mixed; boundary=b\r\n\r\n{parts}");

        Assert.Equal(MessageScanner.MaxParts - 1, index.Body.Parts.Count);
        Assert.Equal(areApart, index.Body.Parts[^1].BodyLength == 1);
    }

    [Theory]
    [InlineData(1_000, "last")]
    [InlineData(1_001, "a")]
    public void As_many_parameters_as_are_allowed_are_read_and_one_more_is_not(int count, string last)
    {
        var parameters = string.Concat(Enumerable.Repeat(";a=b", count - 1)) + ";last=x";

        var body = Messages.Scan($"Content-Type: a/b{parameters}\r\nContent-ID: <id>\r\n\r\n").Body;

        Assert.Equal(1_000, body.Parameters.Count);
        Assert.Equal(last, body.Parameters[^1].Name.ToString());
        Assert.Equal("<id>", body.Id.ToString());
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void Field_that_begins_within_the_first_mebibyte_of_a_header_is_read_and_one_behind_is_not(
        int over,
        bool isRead
    )
    {
        var line = "X-Filler: " + new string('x', 500) + "\r\n";
        var header = new StringBuilder("Subject: early\r\n");
        while (header.Length + line.Length <= MessageScanner.MaxHeaderBlock - 5)
            header.Append(line);
        header.Append("X:").Append('x', MessageScanner.MaxHeaderBlock + over - header.Length - 2).Append("\r\n");

        var index = Messages.Scan($"{header}From: late@here.example\r\n\r\nbody");

        Assert.Equal("early", index.Subject);
        Assert.Equal(isRead, index.Envelope.From.Count == 1);
        Assert.Equal(!isRead, index.Truncated);
        Assert.Equal(4, index.Body.BodyLength);
    }

    [Theory]
    [InlineData(MessageScanner.MaxAddresses, false)]
    [InlineData(MessageScanner.MaxAddresses + 1, true)]
    public void As_many_addresses_as_are_allowed_are_kept_and_one_more_is_not(int count, bool isCut)
    {
        var to = string.Join(",\r\n ", Enumerable.Repeat("a@b", count));

        var index = Messages.Scan($"To: {to}\r\n\r\n");

        Assert.Equal(MessageScanner.MaxAddresses, index.Envelope.To.Count);
        Assert.Equal(isCut, index.Truncated);
    }

    [Theory]
    [InlineData(MessageScanner.MaxFields, false)]
    [InlineData(MessageScanner.MaxFields + 1, true)]
    public void As_many_fields_as_are_allowed_are_kept_and_one_more_is_not(int count, bool isCut)
    {
        var index = Messages.Scan(string.Concat(Enumerable.Repeat("Cc: a@b\r\n", count)) + "\r\n");

        Assert.Equal(MessageScanner.MaxFields, index.Envelope.Cc.Count);
        Assert.Equal(isCut, index.Truncated);
    }

    [Fact]
    public void Messages_in_messages_end_at_the_limit()
    {
        var message = string.Concat(Enumerable.Repeat("Content-Type: message/rfc822\r\n\r\n", 500));

        var part = Messages.Scan(message).Body;

        var depth = 1;
        for (; part.Message is { } inner; depth++)
            part = inner.Body;
        Assert.Equal(MessageScanner.MaxDepth, depth);
    }

    [Fact]
    public void Last_of_too_many_parts_takes_the_rest()
    {
        var message =
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
            + string.Concat(Enumerable.Repeat("--b\r\n\r\nx\r\n", 20_000));

        var index = Messages.Scan(message);

        Assert.Equal(MessageScanner.MaxParts - 1, index.Body.Parts.Count); // the multipart itself is one
        Assert.Equal(index.Size, index.Body.Parts[^1].BodyEnd);
        Assert.InRange(index.Pack().Length, 1, 512 * 1024);
        Assert.Equal(IndexText.Of(index), IndexText.Of(MessageIndex.Unpack(index.Pack())));
    }

    [Fact]
    public void Two_thousand_recipients_truncate_the_index_and_the_header_still_tells_them_all()
    {
        var to = string.Join(
            ",\r\n ",
            Enumerable.Range(0, 2_000).Select(i => $"\"Recipient, No {i}\" <recipient{i}@host{i}.example>")
        );
        var message = Encoding.ASCII.GetBytes($"To: {to}\r\nContent-Type: text/html\r\nSubject: late\r\n\r\nx\r\n");

        var index = Messages.Scan(message, 1000);

        Assert.True(index.Truncated);
        Assert.InRange(index.Envelope.To.Count, 500, 1_999);
        Assert.All(index.Envelope.To, address => Assert.EndsWith(".example", address.Spec, StringComparison.Ordinal));
        Assert.Equal("late", index.Subject);
        Assert.Equal("recipient0@host0.example", index.Envelope.To[0].Spec);
        Assert.True(index.Body.IsText && index.Body.Subtype.EqualsIgnoreCase("html"u8));
        Assert.True(MessageIndex.Unpack(index.Pack()).Truncated);
        var whole = Envelope.Parse(message.AsSpan(0, (int)index.HeaderLength));
        Assert.Equal(2_000, whole.To.Count);
        Assert.Equal("recipient1999@host1999.example", whole.To[^1].Spec);
        Assert.Equal("late", whole.Subject.ToString());
    }

    [Fact]
    public void Recipients_on_one_endless_line_are_cut_and_marked()
    {
        var to = string.Join(", ", Enumerable.Range(0, 2_000).Select(i => $"recipient{i}@host.example"));

        var index = Messages.Scan($"To: {to}\r\nSubject: late\r\n\r\n");

        Assert.True(index.Truncated);
        Assert.InRange(index.Envelope.To.Count, 300, 1_999);
        Assert.EndsWith("@host.example", index.Envelope.To[^1].Spec, StringComparison.Ordinal);
        Assert.Equal("late", index.Subject);
    }

    [Fact]
    public void Endless_subject_is_cut_and_leaves_room_for_the_sender()
    {
        var subject = string.Concat(Enumerable.Repeat(new string('s', 900) + "\r\n ", 100));

        var index = Messages.Scan($"Subject: {subject}\r\nFrom: a@here.example\r\n\r\n");

        Assert.True(index.Truncated);
        Assert.Equal(MessageScanner.MaxSingleField - 1, index.Subject.Length); // less the space before it
        Assert.Equal("a@here.example", index.Envelope.From[0].Spec);
    }

    [Fact]
    public void Header_of_a_hundred_thousand_recipient_fields_is_read()
    {
        var header = string.Concat(Enumerable.Repeat("To: a@b\r\nSubject: x\r\n", 100_000)); // quadratic time would be minutes

        Assert.Equal(Envelope.MaxFields - 1, Envelope.Parse(Encoding.ASCII.GetBytes(header)).To.Count);
        Assert.True(Messages.Scan(header).Truncated);
    }

    [Fact]
    public void Envelope_leaves_out_addresses_beyond_its_limit_and_ends_the_group_they_were_in()
    {
        var crowd = string.Concat(Enumerable.Repeat("a@b,", 6_000));
        var envelope = Envelope.Parse(
            Encoding.ASCII.GetBytes($"From: x@y\r\nTo: {crowd}\r\nCc: g:{crowd};\r\nBcc: z@y\r\n")
        );

        Assert.Equal([1, 6_000], new[] { envelope.From.Count, envelope.To.Count });
        Assert.True(envelope.Cc[^1].IsGroupEnd);
        Assert.Equal(3_998, envelope.Cc.Count(address => address.IsMailbox));
        Assert.Empty(envelope.Bcc);
    }

    [Fact]
    public void Scanner_keeps_nothing_of_the_message_before()
    {
        var messages = Messages.Names.Select(Messages.Read).ToList();
        var expected = messages.ConvertAll(message => IndexText.Of(Messages.Scan(message)));
        for (var i = 0; i < messages.Count; i++)
        {
            Messages.Scan(
                "Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: quoted-printable\r\n"
                    + "List-Id: <l>\r\nReferences: <r>\r\nTo: x@y\r\n\r\n=\r\n--b\r\nTo: z"
            );
            Assert.Equal(expected[i], IndexText.Of(Messages.Scan(messages[i])));
        }
    }

    [Fact]
    public void Spent_scanner_takes_no_more()
    {
        var scanner = new MessageScanner();
        scanner.Complete();

        Assert.ThrowsAny<Exception>(() => scanner.Write("Subject: x\n"u8));
    }

    [Fact]
    public void Packed_form_drops_addresses_rather_than_grow_over_its_limit()
    {
        var index = Messages.Scan("Subject: kept\r\nFrom: a@here.example\r\n\r\nx");
        var crowd = Enumerable
            .Range(0, 20_000)
            .Select(i => new Address(
                Octets.From($"Recipient number {i}"),
                default,
                Octets.From($"r{i}"),
                Octets.From("host.example")
            ));
        index = index with { Envelope = index.Envelope with { To = [.. crowd] } };

        var packed = index.Pack();

        Assert.InRange(packed.Length, 1, 512 * 1024);
        var read = MessageIndex.Unpack(packed);
        Assert.True(read.Truncated);
        Assert.Empty(read.Envelope.To);
        Assert.Equal("kept", read.Subject);
    }

    [Theory]
    [InlineData("Subject: ")]
    [InlineData("X-Long: ")]
    [InlineData("no colon ")]
    [InlineData("\r\n")]
    [InlineData("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b")]
    public void Endless_line_is_counted_in_little_memory(string start)
    {
        var scanner = new MessageScanner();
        scanner.Write(Encoding.ASCII.GetBytes(start));
        var chunk = Enumerable.Repeat((byte)'x', 4096).ToArray();
        scanner.Write(chunk);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1_000; i++)
            scanner.Write(chunk);

        var index = scanner.Complete();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 128 * 1024);
        Assert.Equal(start.Length + 1_001 * 4096, index.Size);
    }

    [Fact]
    public void Boundary_longer_than_a_delimiter_line_may_be_never_matches()
    {
        var boundary = new string('b', 2_000);

        var index = Messages.Scan(
            $"Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n--{boundary}\r\n\r\nx\r\n--{boundary}--\r\n"
        );

        Assert.True(index.Body.IsMultipart);
        Assert.Empty(index.Body.Parts);
    }

    [Fact]
    public void Many_references_keep_the_first_and_the_last()
    {
        var references = string.Join("\r\n ", Enumerable.Range(0, 300).Select(i => $"<{i}@here.example>"));

        var kept = Messages.Scan($"References: {references}\r\n\r\n").References;

        Assert.Equal(MessageIndex.MaxReferences, kept.Count);
        Assert.Equal("0@here.example", kept[0].ToString());
        Assert.Equal("299@here.example", kept[^1].ToString());
        Assert.Equal("298@here.example", kept[^2].ToString());
    }

    [Fact]
    public void Fields_beyond_the_first_mebibyte_of_a_header_are_not_read_and_the_body_still_begins_where_it_does()
    {
        var filler = string.Concat(Enumerable.Repeat("X-Filler: " + new string('x', 900) + "\r\n", 1_200));

        var index = Messages.Scan($"Subject: early\r\n{filler}From: late@here.example\r\n\r\nbody");

        Assert.Equal("early", index.Subject);
        Assert.Empty(index.Envelope.From);
        Assert.True(index.Truncated);
        Assert.Equal(4, index.Body.BodyLength);
    }

    [Theory]
    [InlineData("--b\r\n\r\n")]
    [InlineData("--b\r\nContent-Type: message/rfc822\r\n\r\n")]
    [InlineData("--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n")]
    [InlineData("--b\r\nContent-Type: a/b;a=b;c=d;e=f;g=h;i=j;k=l;m=n;o=p;q=r;s=t;u=v;w=x\r\n\r\n")]
    [InlineData("--b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nQQ==\r\n")]
    [InlineData("--b\r\n\r\n--")]
    [InlineData("--bb\r\n")]
    [InlineData("--")]
    [InlineData("\r\n")]
    [InlineData("To: a,a,a,a,a,a,a,a,a,a,a,a,a\r\n")]
    [InlineData(" a,b;c:d<e@f>(g\"h\\\r\n")]
    [InlineData("((((((((((")]
    [InlineData("=?utf-8?q?x?= ")]
    [InlineData("<b>&lt;")]
    [InlineData("=\r\n")]
    public void One_mebibyte_of_any_trap_allocates_less_than_four(string unit)
    {
        var traps = string.Concat(Enumerable.Repeat(unit, 1024 * 1024 / unit.Length));
        foreach (
            var start in new[]
            {
                "Content-Type: multipart/mixed; boundary=b\r\n\r\n",
                "To: a\r\n",
                "Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
            }
        )
        {
            var message = Encoding.Latin1.GetBytes(start + traps);
            Messages.Scan(message).Pack();
            var before = GC.GetAllocatedBytesForCurrentThread();

            Messages.Scan(message).Pack();

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 4 * message.Length);
        }
    }
}
