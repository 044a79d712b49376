using System.Text;
using System.Text.Json;
using Cloud.Mail.Archives;
using Cloud.Tests.Mail.Archives;
using Cloud.Tests.Mail.Outside;
using Cloud.Tests.Mail.Tnef;

namespace Cloud.Tests.Mail.Fuzz;

/// <summary>What a fuzzer begins with: sound inputs, so that damage to them is met deep inside a parser.</summary>
static class FuzzSeeds
{
    static readonly Lazy<IReadOnlyList<byte[]>> Messages = new(LoadMessages);

    static readonly Lazy<IReadOnlyList<byte[]>> Tnef = new(() => [.. TnefFiles()]);

    static readonly Lazy<IReadOnlyList<byte[]>> Mbox = new(() => [.. MboxFiles()]);

    /// <summary>The octets behind the signature, which the target puts there.</summary>
    public static IReadOnlyList<byte[]> OfTnef => Tnef.Value;

    /// <summary>The octets behind the header, which the target puts there, and whole files.</summary>
    public static IReadOnlyList<byte[]> OfRtf { get; } =
    [.. Rtfs().SelectMany(rtf => new[] { rtf[16..], rtf, RtfFile.Stored(rtf) })];

    /// <summary>The octets behind the first separator, which the target puts there.</summary>
    public static IReadOnlyList<byte[]> OfMbox => Mbox.Value;

    public static IReadOnlyList<byte[]> OfMaildir { get; } =
    [
        .. new[]
        {
            "1772366400.M1234P99R0102030405060708.here.example,S=1234,W=1300:2,FRSab",
            "1.M2P3.host;2,DPT",
            "1.M2P3.host!2,S",
            "1772366400.V801I2f0a1M3.host,S=12:2,",
            "1.R0a.host,S=99999999999999999999:2,Sz",
            ".Work.Bills.2026",
            ".Entw&APw-rfe.&ZeVnLIqe-",
            ".&AOQ-.&-.a_b",
            "0 $Forwarded\n1 $MDNSent\n2 Work\n25 last\n",
            "0 a\n1 b c\nx y\n99 z\n3 \n\n",
        }.Select(Encoding.ASCII.GetBytes),
    ];

    /// <summary>Messages of the outside goldens, their header values, and golden messages of our own.</summary>
    public static IReadOnlyList<byte[]> OfMessages => Messages.Value;

    static List<byte[]> LoadMessages()
    {
        var seeds = Mail.Messages.Outsiders().ToList();
        foreach (var kind in new[] { "address", "content_type", "date", "id", "list", "received", "unstructured" })
        {
            using var file = JsonDocument.Parse(Differences.ReadText("mail-parser", kind + ".json"));
            seeds.AddRange(
                file.RootElement.EnumerateArray()
                    .Select(row => Encoding.UTF8.GetBytes(row.GetProperty("header").GetString()!))
            );
        }

        seeds.AddRange(Mail.Messages.Names.Select(Mail.Messages.Read));
        return seeds;
    }

    static IEnumerable<byte[]> TnefFiles()
    {
        var rtf = RtfFile.Compressed("{\\rtf1\\ansi\\fromtext Hello, hello, hello!\\par }"u8);
        byte[][] body =
        [
            TnefFile.Unicode(0x1000, "Grüße, ein längerer Text"),
            TnefFile.Binary(0x1013, "<p>Grüße"u8.ToArray()),
            TnefFile.Binary(0x1009, rtf),
            TnefFile.Number(0x3FDE, 65001),
            TnefFile.Named("Keywords"),
            TnefFile.Unicode(0x0037, "Subject"),
        ];
        var plain = new TnefFile()
            .Message(0x00078008, "IPM.Microsoft Mail.Note\0"u8.ToArray())
            .Message(0x00018004, "A subject\0"u8.ToArray())
            .Message(0x0002800C, "The text\r\n\0"u8.ToArray())
            .Properties(body);
        var files = new TnefFile()
            .Attachment("a.txt", "one"u8.ToArray())
            .Attachment(
                "",
                "two"u8.ToArray(),
                TnefFile.Unicode(0x3707, "a long name.txt"),
                TnefFile.Text(0x370E, "a/b")
            )
            .Attachment("b~1.png", null, TnefFile.Binary(0x3701, [1, 2, 3]), TnefFile.Text(0x3712, "cid@here"));
        var nested = new TnefFile()
            .Properties(body)
            .Attachment("inner.msg", null, TnefFile.Number(0x3705, 5), TnefFile.Object(0x3701, plain.Bytes))
            .Attachment("object", null, TnefFile.Number(0x3705, 6), TnefFile.Object(0x3701, new byte[32]));
        foreach (var file in new[] { plain, files, nested })
            yield return file.Bytes[4..];
        byte[] list = [.. BitConverter.GetBytes(body.Length), .. body.SelectMany(property => property)];
        yield return list;
    }

    static IEnumerable<byte[]> Rtfs()
    {
        yield return RtfFile.Compressed("{\\rtf1\\ansi\\deff0 \\par \\par \\plain\\f0\\fs20 Text text text}"u8);
        yield return RtfFile.Compressed(new byte[6_000]);
        var octets = new byte[500];
        new Random(1).NextBytes(octets);
        yield return RtfFile.Compressed(octets);
    }

    static IEnumerable<byte[]> MboxFiles()
    {
        var ann = new MboxEnvelope("ann@here.example", new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        byte[][] messages =
        [
            "Subject: one\r\nStatus: RO\r\nX-Status: AF\r\n\r\nFrom here on\r\n>From there\r\n"u8.ToArray(),
            "Subject: two\r\n\r\n\r\nFrom bob@x Sun Mar  1 12:00:00 2026\r\n\r\nend"u8.ToArray(),
            Mail.Messages.Read("alternative-with-attachment"),
        ];
        foreach (var family in Enum.GetValues<MboxFamily>())
        foreach (var newlines in new[] { NewlineForm.Kept, NewlineForm.Lf })
        {
            var file = Mboxes.Write(family, newlines, messages.Select(message => (ann, message)));
            yield return file[(file.AsSpan().IndexOf((byte)'\n') + 1)..];
        }
    }
}
