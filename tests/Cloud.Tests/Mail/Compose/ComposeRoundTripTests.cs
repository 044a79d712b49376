using System.Text;
using Cloud.Mail;
using Cloud.Mail.Charsets;
using Cloud.Mail.Compose;
using Cloud.Mail.Headers;

namespace Cloud.Tests.Mail.Compose;

/// <summary>parse(compose(x)) = x, for messages put together at random.</summary>
public sealed class ComposeRoundTripTests
{
    static readonly string[] Words =
    [
        "plain",
        "Grüße",
        "日本語のテキスト",
        "Привет",
        "مرحبا",
        "😀👩‍👩‍👧",
        "e\u0301",
        "=?utf-8?Q?no=20word?=",
        "=?",
        "?=",
        "a,b;c:d",
        "\"quoted\"",
        "(comment)",
        "<angle>",
        "back\\slash",
        "@",
        "--",
        "%41",
        "*'x'*",
        "x.y",
        "   ",
        "",
        "\t",
        "\r\n",
        "\0",
        "\u007f",
        "\ud800",
        "\u2028",
        "From ",
        ".",
    ];

    [Theory]
    [InlineData(HeaderForm.Ascii, false)]
    [InlineData(HeaderForm.Ascii, true)]
    [InlineData(HeaderForm.Utf8, true)]
    [InlineData(HeaderForm.Utf8, false)]
    [InlineData(HeaderForm.Downgraded, false)]
    public void What_is_written_is_read(HeaderForm form, bool eightBit)
    {
        var options = new ComposeOptions(form, eightBit);
        var random = new Random(2026 + (int)form);
        for (var round = 0; round < 1_500; round++)
        {
            var message = Random(random, form);
            var bytes = Composing.Bytes(message, options);

            Composing.AssertSound(bytes, options);
            var index = Messages.Scan(bytes);
            AssertHeader(message, index, bytes);
            AssertPart(message.Body, index.Body, bytes, isRoot: true);
        }
    }

    static void AssertHeader(OutgoingMessage message, MessageIndex index, byte[] bytes)
    {
        Assert.Equal(Shown(message.Subject!), Composing.FieldText(bytes, "Subject"));
        Assert.Equal(message.Date!.Value.ToUnixTimeSeconds(), index.SentDate!.Value.ToUnixTimeSeconds());
        Assert.Equal(message.MessageId, index.MessageId.ToString());
        Assert.Equal(message.References, index.References.Select(id => id.ToString()));
        var envelope = Envelope.Parse(bytes.AsSpan(0, (int)index.HeaderLength));
        AssertAddresses(message.From, envelope.From);
        AssertAddresses(message.To, envelope.To);
        Assert.Equal(Shown(((TextField)message.Fields[0]).Text), Composing.FieldText(bytes, "X-Note"));
    }

    static void AssertAddresses(IReadOnlyList<NamedAddress> written, IReadOnlyList<Address> read)
    {
        Assert.Equal(written.Count, read.Count);
        for (var i = 0; i < written.Count; i++)
        {
            Assert.Equal(Shown(written[i].Name ?? "").Trim(), EncodedWords.Decode(read[i].Name.Span));
            Assert.Equal(written[i].Address.Local, read[i].Mailbox.ToString());
            Assert.Equal(
                EmailAddress.CanonicalDomain(written[i].Address.Domain),
                EmailAddress.CanonicalDomain(read[i].Host.ToString())
            );
        }
    }

    static void AssertPart(MimePart written, BodyPart read, byte[] bytes, bool isRoot)
    {
        Assert.Equal(written.ContentId is { } id ? $"<{id}>" : null, read.Id.IsNil ? null : read.Id.ToString());
        Assert.Equal(Shown(written.FileName ?? "").Trim(), ParameterText.FileName(read) ?? "");
        Assert.Equal(Shown(written.FileName ?? "").Trim(), ParameterText.Find(read.Parameters, "name")?.Text ?? "");
        if (written.Description is { } description)
            Assert.Equal(Shown(description), EncodedWords.Decode(read.Description.Span));
        if (written is Multipart multipart)
        {
            Assert.Equal(multipart.Subtype, read.Subtype.ToString());
            Assert.Equal(multipart.Parts.Length, read.Parts.Count);
            for (var i = 0; i < multipart.Parts.Length; i++)
                AssertPart(multipart.Parts[i], read.Parts[i], bytes, isRoot: false);
            return;
        }

        var content = Composing.Content(read, bytes);
        if (written is DataPart data)
        {
            Assert.Equal(Octets(data.Content), content);
            return;
        }

        var text = Charset.Decode(read.Parameter("charset"u8).ToString(), content).Replace("\r\n", "\n");
        var expected = WellFormed(((TextPart)written).Text).Replace("\r\n", "\n").Replace('\r', '\n');
        Assert.Equal(isRoot ? expected.TrimEnd('\n') : expected, isRoot ? text.TrimEnd('\n') : text);
    }

    static OutgoingMessage Random(Random random, HeaderForm form) =>
        new()
        {
            Seed = Bytes(random, 16),
            Date = Composing.Noon.AddSeconds(random.Next()),
            MessageId = $"{random.Next():x}@here.example",
            From = [Name(random, form)],
            To = [.. Enumerable.Range(0, random.Next(0, 6)).Select(_ => Name(random, form))],
            Subject = Phrase(random, 30),
            References = [.. Enumerable.Range(0, random.Next(0, 9)).Select(i => $"{i}.{random.Next():x}@here.example")],
            Fields = [new TextField("X-Note", Phrase(random, 10))],
            Body = Part(random, depth: 0),
        };

    static NamedAddress Name(Random random, HeaderForm form)
    {
        var local = Pick(random, "ann", "a.b", "a b", "a\"b\\", "a..b", "x+y", new string('l', 150));
        var domain = Pick(random, "here.example", "bücher.example", "[192.0.2.1]");
        if (form == HeaderForm.Utf8 && random.Next(3) == 0)
            local = Pick(random, "дмитрий", "日本 語", "ü\"");
        return new(new EmailAddress(local, domain), random.Next(4) == 0 ? null : Phrase(random, 8));
    }

    static MimePart Part(Random random, int depth)
    {
        MimePart part = random.Next(depth < 4 ? 4 : 2) switch
        {
            0 => new TextPart(Text(random), Pick(random, "plain", "html")),
            1 => new DataPart(
                OctetSource.Of(Bytes(random, random.Next(3) == 0 ? random.Next(70_000) : random.Next(90)))
            )
            {
                IsText = random.Next(4) == 0,
            },
            _ => new Multipart(
                Pick(random, "mixed", "alternative", "related", "x-odd"),
                [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Part(random, depth + 1))]
            ),
        };
        return part with
        {
            FileName = random.Next(2) == 0 ? null : Cut(Phrase(random, 12), 200),
            Description = random.Next(4) == 0 ? Cut(Phrase(random, 9), 300) : null,
            ContentId = random.Next(4) == 0 ? $"{random.Next():x}@here.example" : null,
        };
    }

    static string Text(Random random)
    {
        var text = new StringBuilder();
        for (var count = random.Next(0, 60); count > 0; count--)
            text.Append(random.Next(4) == 0 ? "\n" : Word(random)).Append(random.Next(5) == 0 ? "" : " ");
        if (random.Next(20) == 0)
            text.Append('x', 2_000);
        return text.ToString();
    }

    static string Phrase(Random random, int words) =>
        string.Join(
            Pick(random, " ", " ", "", "  "),
            Enumerable.Range(0, random.Next(words)).Select(_ => Word(random))
        );

    static string Word(Random random) =>
        random.Next(60) == 0 ? new string(Pick(random, "x", "ü", " ")[0], random.Next(1_500))
        : random.Next(3) == 0 ? Words[random.Next(Words.Length)]
        : Pick(random, "plain", "words", "between", "them");

    static string Pick(Random random, params string[] from) => from[random.Next(from.Length)];

    static string Cut(string text, int length) => text.Length <= length ? text : text[..length];

    static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    static byte[] Octets(OctetSource source) =>
        [.. source.ReadAsync(default).ToBlockingEnumerable().SelectMany(m => m.ToArray())];

    static string Shown(string text) => WellFormed(string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)));

    static string WellFormed(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
