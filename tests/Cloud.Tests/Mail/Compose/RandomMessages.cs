using System.Text;
using Cloud.Mail;
using Cloud.Mail.Compose;

namespace Cloud.Tests.Mail.Compose;

/// <summary>Messages to write, put together at random from what is hard to write.</summary>
static class RandomMessages
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

    public static OutgoingMessage Next(Random random, HeaderForm form, int depth = 0)
    {
        var groups = random.Next(3) == 0 ? Groups(random, form) : [];
        var to = groups.Length > 0 ? [] : Names(random, form, 6);
        return new()
        {
            Seed = Bytes(random, 16),
            Date = Composing.Noon.AddSeconds(random.Next()),
            MessageId = $"{random.Next():x}@here.example",
            From = [Name(random, form)],
            Sender = random.Next(3) == 0 ? Name(random, form) : null,
            ReplyTo = Names(random, form, 3),
            To = to,
            Cc = Names(random, form, 4),
            Bcc = Names(random, form, 3),
            Subject = Phrase(random, 30),
            References = [.. Enumerable.Range(0, random.Next(0, 9)).Select(i => $"{i}.{random.Next():x}@here.example")],
            InReplyTo = [.. Enumerable.Range(0, random.Next(0, 3)).Select(i => $"{i}.{random.Next():x}@there.example")],
            Fields =
            [
                new TextField("X-Note", Phrase(random, 10)),
                .. groups.Length == 0 ? Array.Empty<OutgoingField>() : [new AddressField("To", groups)],
            ],
            Body = Part(random, depth),
        };
    }

    /// <summary>A whole message as octets: one of ours, or one that went through hands that changed its lines.</summary>
    public static byte[] Octets(Random random, int depth)
    {
        var form = random.Next(2) == 0 ? HeaderForm.Ascii : HeaderForm.Utf8;
        var octets = Composing.Bytes(Next(random, form, depth), new ComposeOptions(form, random.Next(2) == 0));
        return random.Next(8) switch
        {
            0 => Messages.WithoutCr(octets),
            1 => octets[..^2],
            2 => [.. octets, .. "--"u8],
            _ => octets,
        };
    }

    /// <summary>Addresses with and without a common name.</summary>
    static AddressGroup[] Groups(Random random, HeaderForm form) =>
        [
            .. Enumerable
                .Range(0, random.Next(1, 4))
                .Select(_ => new AddressGroup(
                    random.Next(4) == 0 ? null : $"g{Phrase(random, 5)}",
                    Names(random, form, 4)
                )),
            new AddressGroup(random.Next(2) == 0 ? null : "last", [Name(random, form)]),
        ];

    static NamedAddress[] Names(Random random, HeaderForm form, int below) =>
        [.. Enumerable.Range(0, random.Next(below)).Select(_ => Name(random, form))];

    public static NamedAddress Name(Random random, HeaderForm form)
    {
        var local = Pick(random, "ann", "a.b", "a b", "a\"b\\", "a..b", "x+y", new string('l', 150));
        var domain = Pick(random, "here.example", "bücher.example", "[192.0.2.1]");
        if (form == HeaderForm.Utf8 && random.Next(3) == 0)
            local = Pick(random, "дмитрий", "日本 語", "ü\"");
        return new(new EmailAddress(local, domain), random.Next(4) == 0 ? null : Phrase(random, 8));
    }

    static MimePart Part(Random random, int depth)
    {
        MimePart part = random.Next(depth < 4 ? 5 : 2) switch
        {
            2 => Message(Octets(random, depth + 2)),
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

    static MessagePart Message(byte[] octets)
    {
        var header = octets.AsSpan(0, (int)Messages.Scan(octets).HeaderLength);
        return new(OctetSource.Of(octets)) { IsGlobal = !Ascii.IsValid(header) };
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

    public static string Phrase(Random random, int words) =>
        string.Join(
            Pick(random, " ", " ", "", "  "),
            Enumerable.Range(0, random.Next(words)).Select(_ => Word(random))
        );

    static string Word(Random random) =>
        random.Next(60) == 0 ? new string(Pick(random, "x", "ü", " ")[0], random.Next(1_500))
        : random.Next(3) == 0 ? Words[random.Next(Words.Length)]
        : Pick(random, "plain", "words", "between", "them");

    public static string Pick(Random random, params string[] from) => from[random.Next(from.Length)];

    static string Cut(string text, int length) => text.Length <= length ? text : text[..length];

    public static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
