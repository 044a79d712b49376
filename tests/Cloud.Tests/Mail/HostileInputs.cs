using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Cloud.Mail;
using Cloud.Mail.Archives;
using Cloud.Mail.Bodies;
using Cloud.Mail.Charsets;
using Cloud.Mail.Compose;
using Cloud.Mail.Encodings;
using Cloud.Mail.Headers;
using Cloud.Mail.Reports;
using Cloud.Mail.SevenBit;
using Cloud.Mail.Text;
using Cloud.Mail.Tnef;

namespace Cloud.Tests.Mail;

/// <summary>Inputs of 1 MiB that would cost a careless parser quadratic time or memory.</summary>
public static partial class HostileInputs
{
    public const int Size = 1024 * 1024;

    /// <param name="Parser">What reads it.</param>
    /// <param name="Read">Lets it read.</param>
    /// <param name="Encoding">Of the unit.</param>
    /// <param name="Unit">What it repeats; a start that is not repeated stands before <c>…</c>.</param>
    public sealed record Input(string Parser, string Unit, Action<byte[]> Read, Encoding Encoding)
    {
        public byte[] Octets()
        {
            var split = Unit.Split('…');
            var start = Encoding.GetBytes(split.Length > 1 ? split[0] : "");
            var unit = Encoding.GetBytes(split[^1]);
            var octets = new byte[Size];
            start.CopyTo(octets, 0);
            for (var at = start.Length; at < Size; at++)
                octets[at] = unit[(at - start.Length) % unit.Length];
            return octets;
        }

        /// <summary>Octets that may be allocated for one, beside what does not grow.</summary>
        /// <remarks>Parsers of text are given text made of these octets, which is twice as large by itself.</remarks>
        public const int MaxRatio = 4;

        public override string ToString() =>
            $"{Parser} {Unit[Math.Max(0, Unit.Length - 80)..].ReplaceLineEndings("\\n")}";
    }

    public static IEnumerable<Input> All =>
        [
            .. Each("encoded words", octets => HeaderText.Decode(octets), Words),
            .. Each("addresses", octets => AddressList.Parse(octets), Structured),
            .. Each("ids", octets => MessageIds.Parse(new Octets(octets), 100), Structured),
            .. Each("date", octets => MailDate.Parse(octets), Structured),
            .. Each("received", octets => Received.Parse(octets), Structured),
            .. Each("list", octets => ListField.Uris(octets), Structured),
            .. Each("list id", octets => ListField.Id(octets), Structured),
            .. Each("phrases", octets => Phrases.Parse(octets), Structured),
            .. Each("authentication", octets => AuthenticationResults.Parse(octets), Structured),
            .. Each("subject", octets => BaseSubject.Of(Encoding.Latin1.GetString(octets)), Structured),
            .. Each("header", octets => Select(octets), Headers),
            .. Each("scanner", Scan, Messages),
            .. Each("7 bit", Convert, Messages),
            .. Each("html", octets => HtmlText.Of(Encoding.Latin1.GetString(octets)), Html),
            .. Each("preview", octets => Preview.Of(Encoding.Latin1.GetString(octets)), Html),
            .. Each("flowed", octets => FlowedText.Unflow(Encoding.Latin1.GetString(octets), delSp: true), Flowed),
            .. Each("search in plain text", octets => SearchText.Of(Part("text", "plain"), octets), Flowed),
            .. Each("search in HTML", octets => SearchText.Of(Part("text", "html"), octets), Html),
            .. Each("replies", octets => ReplyText.Of(Encoding.Latin1.GetString(octets)), Flowed),
            .. Each("envelope", octets => Envelope.Parse(octets), Headers),
            .. Each("modified utf-7", octets => ModifiedUtf7.Decode(octets), Names),
            .. Each("base64", octets => new Base64Decoder().Convert(octets), Encoded),
            .. Each("quoted-printable", octets => new QuotedPrintableDecoder().Convert(octets), Encoded),
            .. Each("uuencode", octets => new UuDecoder().Convert(octets), Encoded),
            .. Each("reports", octets => ReportReader.Read(octets, Index(octets)), Reports),
            .. Each("delivery status", octets => DeliveryReportText.Parse(octets), Fields),
            .. Each("feedback", octets => FeedbackReport.Parse(octets), Fields),
            .. Each("disposition", octets => DispositionReportText.Parse(octets), Fields),
            .. Enum.GetValues<MboxFamily>()
                .SelectMany(family =>
                    Each($"{family} read", octets => ReadMbox(family, octets), Mboxes)
                        .Concat(Each($"{family} written", octets => WriteMbox(family, octets), Mboxes))
                ),
            .. Each("maildir", octets => ReadMaildir(octets), Maildirs),
            .. Each("tnef", octets => TnefReader.Read(octets), Tnefs, Encoding.Latin1),
            .. Each("rtf", octets => RtfDecompressor.Decompress(octets, new Sink()), Rtfs, Encoding.Latin1),
            .. Each("text to search", octets => ScanText(octets), Messages),
            .. CharsetNames.SelectMany(name =>
                Each($"charset {name}", octets => Charset.Decode(name, octets), Raw, Encoding.Latin1)
            ),
        ];

    /// <summary>Each character an octet.</summary>
    static readonly string[] Raw =
    [
        "a",
        "\u00c3\u00a9",
        "\u00e9",
        "\u00ff",
        "\u0081",
        "\u0081a",
        "\u008f\u00a1",
        "\u0000\u00d8",
        "\u00d8\u0000",
        "\u0081\u0030\u0081",
        "\u001b$B",
        "\u001b$B\u00ff",
        "+A",
        "+2AA",
        "~{",
        "~{\u007f",
        "\u001b$)A\u000e\u000f",
        "\u001b$)C\u000e…\u007f\u0080",
        "\u0001",
    ];

    static readonly string[] CharsetNames =
    [
        "utf-8",
        "utf-7",
        "utf-16",
        "utf-32",
        "us-ascii",
        "windows-1252",
        "iso-8859-10",
        "koi8-r",
        "iso-2022-jp",
        "iso-2022-kr",
        "iso-2022-cn",
        "hz-gb-2312",
        "gb18030",
        "big5",
        "shift_jis",
        "euc-jp",
        "euc-kr",
        "johab",
        "viscii",
        "armscii-8",
        "tcvn",
        "unheard-of",
    ];

    static readonly string[] Words =
    [
        "a",
        "=?",
        "?=",
        "=?a",
        "=?a?q?",
        "=?a?q?=?=",
        "=?a?q?b?=",
        "=?utf-8?q?b?= ",
        "=?utf-8?b?QQ==?= ",
        "=?utf-8?b?Q!?=x",
        "=?utf-8?q?b?= =?x?q?c?= ",
        "=?utf-7?q?+A?= ",
        "=?iso-2022-jp?q?=1B$B?= ",
        "=?gb18030?q?=81?= ",
        "=?big5?q?=81?=x",
        "=?hz-gb-2312?q?~{?= ",
        "=?iso-2022-kr?q?a?=x",
        "=?johab?q?=81?=x",
        "=?euc-jp?q?=8F?=x",
        "=?iso-8859-10?q?=E1?=x",
        "=?utf-8?q?=C3?= =?utf-8?q?=BC?=",
        "=?utf-8?q?…x",
        "=?utf-8?b?…QUJD",
        "\r\n ",
        "\u00fc",
        "=?q?b?a?=",
    ];

    static readonly string[] Structured =
    [
        "(",
        ")",
        "()",
        "(((…a",
        "\"",
        "\\",
        "<",
        "<>",
        "<@",
        "a,",
        "a@b,",
        ":;",
        "a:",
        "[",
        "a@[,",
        ";",
        " ",
        "\t(",
        "a b ",
        "=",
        "a=b ",
        "a=b;",
        "/",
        "x;…(",
        "from ",
        "from a (b) ",
        "from (…[1.2.3.4] ",
        "<a:b>,",
        "<a@b>",
        "re: ",
        "[a]",
        "[",
        "[fwd: ",
        "(fwd)",
        "\r\n ",
        "a.b-c/",
        "\"a\" ",
        "(\\",
        "=?a?q?b?=,",
    ];

    static readonly string[] Names = ["a", "&-", "&AAA-a", "&ZeVnLIqe-a", "&…ZeVn", "&"];

    static readonly string[] Flowed =
    [
        "a",
        " ",
        "\n",
        "a \n",
        "> a \n",
        ">",
        ">\n",
        "-- \n",
        "a:\n",
        "On 1 x wrote:\n",
        "From: a\n",
        "From: a\nTo: b\n",
        "--\n",
        "a b\r\n\t",
        "\u00a0x",
    ];

    static readonly string[] Headers =
    [
        "To: a@b\n",
        "To: …a,",
        "To: …a:;",
        "Date: …(",
        "References: …<a>",
        "a",
        "a:\n",
        "a: b\r\n",
        "a: b\n c\n",
        ":",
        "\n",
        " ",
        "Subject: x\n",
        "a:…\n ",
    ];

    static readonly string[] Html =
    [
        "<",
        "<a",
        "<a ",
        "<a>",
        "<!--",
        "<!",
        "<script>",
        "</",
        "<a b='",
        "<a b=\"c\" ",
        "&",
        "&amp;",
        "&#",
        "&#65;",
        "&nbsp;",
        "&thetasym;",
        "&abcdefg;",
        "<td>",
        "<abcdefghij ",
        "<p>",
        "a ",
        "<script></x",
        "\n",
        "> a\n",
        "-- \n",
    ];

    static readonly string[] Encoded =
    [
        "=",
        "QUJD",
        "Q",
        "QQ==",
        "QUJD\r\n",
        "Q=",
        "=41",
        "= ",
        " ",
        "=\r\n",
        "\r",
        "\n",
        "begin 644 x\n…#0V%T\n",
        "!\n",
    ];

    static readonly string Nest = string.Concat(
        Enumerable
            .Range(1, 99)
            .Select(level => new string('b', level))
            .Select(boundary => $"Content-Type: multipart/mixed; boundary={boundary}\n\n--{boundary}\n")
    );

    static readonly string[] Messages =
    [
        Nest + $"\n…--{new string('b', 99)}x\n",
        Nest + "\n…--b\n",
        Nest + "\n…--\n",
        "a",
        "\n",
        "--\n",
        "a: b\n",
        "To: a@b\n",
        "To: …a,",
        "Subject: …\n x",
        "Content-Type: multipart/mixed; boundary=b\n\n…--b\n",
        "Content-Type: multipart/mixed; boundary=b\n\n…--b\n\n",
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n",
        "Content-Type: multipart/mixed; boundary=b\n\n…--b",
        "Content-Type: message/rfc822\n\n",
        "Content-Type: a/b;…a=b;",
        "Content-Type: a/b;…a*0=b;",
        "Content-Type: multipart/digest; boundary=b\n\n…--b\n\na: b\n\n",
        "Content-Type: multipart/mixed; boundary=b\n\n…--b\nContent-Type: a/b; n=v\n\n",
    ];

    static IEnumerable<Input> Each(string parser, Action<byte[]> read, string[] units, Encoding? encoding = null) =>
        units.Select(unit => new Input(parser, unit, read, encoding ?? Encoding.UTF8));

    static void Scan(byte[] octets)
    {
        var scanner = new MessageScanner();
        for (var at = 0; at < octets.Length; at += 4096) // as it comes off a socket
            scanner.Write(octets.AsSpan(at, Math.Min(4096, octets.Length - at)));
        scanner.Complete();
    }

    static MessageIndex Index(byte[] octets)
    {
        var scanner = new MessageScanner();
        scanner.Write(octets);
        return scanner.Complete();
    }

    /// <summary>In pieces, as it goes out.</summary>
    static void Convert(byte[] octets)
    {
        const int Piece = 8192;
        var scanner = new MessageScanner();
        Feed(scanner.Write);
        var survey = new SevenBitSurvey(scanner.Complete());
        Feed(survey.Write);
        if (survey.Complete(out _) is not { } plan)
            return;
        var conversion = new SevenBitConversion(plan);
        var target = new ArrayBufferWriter<byte>(4 * Piece);
        Feed(piece =>
        {
            target.ResetWrittenCount();
            conversion.Write(piece, target);
        });
        conversion.Complete(target);

        void Feed(Action<ReadOnlySpan<byte>> take)
        {
            for (var at = 0; at < octets.Length; at += Piece)
                take(octets.AsSpan(at, Math.Min(Piece, octets.Length - at)));
        }
    }

    static void ScanText(byte[] octets)
    {
        var scanner = new MessageScanner(new SearchableText());
        scanner.Write(octets);
        scanner.Complete();
    }

    static void ReadMbox(MboxFamily family, byte[] octets)
    {
        var sink = new Sink();
        var reader = new MboxReader(family, NewlineForm.CrLf);
        ReadOnlySpan<byte> input = octets;
        while (reader.Read(ref input, isLast: true, sink) is var met && met != MboxEvent.More)
        {
            if (met == MboxEvent.Rewind)
                input = octets.AsSpan((int)reader.Position);
        }
    }

    static void WriteMbox(MboxFamily family, byte[] octets) =>
        new MboxWriter(family, NewlineForm.CrLf)
            .WriteAsync(
                new("a@b", null),
                OctetSource.Of(octets),
                PipeWriter.Create(Stream.Null),
                CancellationToken.None
            )
            .AsTask()
            .GetAwaiter()
            .GetResult();

    static void ReadMaildir(byte[] octets)
    {
        var text = Encoding.Latin1.GetString(octets);
        MaildirName.Parse(text);
        MaildirFolder.Parse(text);
        MaildirKeywords.Parse(octets);
    }

    /// <summary>Takes what is written into one buffer over and over.</summary>
    sealed class Sink : IBufferWriter<byte>
    {
        byte[] buffer = new byte[4096];

        public void Advance(int count) { }

        public Memory<byte> GetMemory(int sizeHint = 0) => Room(sizeHint);

        public Span<byte> GetSpan(int sizeHint = 0) => Room(sizeHint);

        byte[] Room(int size) => size <= buffer.Length ? buffer : buffer = new byte[size];
    }

    static BodyPart Part(string type, string subtype) =>
        new() { Type = Octets.From(type), Subtype = Octets.From(subtype) };

    static void Select(byte[] octets) => HeaderText.Select(octets, ["Subject"], not: true);
}
