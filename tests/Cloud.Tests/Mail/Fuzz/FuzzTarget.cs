using System.Text;
using Cloud.Mail;
using Cloud.Mail.Archives;
using Cloud.Mail.Bodies;
using Cloud.Mail.Charsets;
using Cloud.Mail.Encodings;
using Cloud.Mail.Headers;
using Cloud.Mail.Reports;
using Cloud.Mail.Text;
using Cloud.Mail.Tnef;
using Cloud.Tests.Mail.Archives;
using Cloud.Tests.Mail.SevenBit;
using Cloud.Tests.Mail.Tnef;

namespace Cloud.Tests.Mail.Fuzz;

/// <summary>A parser as a fuzzer sees it.</summary>
/// <param name="Name">Of the parser.</param>
/// <param name="Read">Reads an input, and fails where the result is not what any input has to give.</param>
sealed record FuzzTarget(string Name, Action<byte[]> Read)
{
    /// <summary>Sound inputs for it.</summary>
    public IReadOnlyList<byte[]> Seeds { get; init; } = FuzzSeeds.OfMessages;

    /// <summary>Whether a parser that refuses what is not of its format found something in an input.</summary>
    public Func<byte[], bool> IsMet { get; init; } = _ => true;

    public static readonly IReadOnlyList<FuzzTarget> All =
    [
        new("header", ReadHeader),
        new("addresses", octets => ReadAddresses(octets)),
        new("dates", octets => MailDate.Parse(octets)),
        new("ids", octets => Assert.InRange(MessageIds.Parse(new Octets(octets), 10).Length, 0, 10)),
        new("encoded words", octets => Assert.InRange(HeaderText.Decode(octets).Length, 0, 2 * octets.Length)),
        new("parameters", ReadParameters),
        new("received", octets => Assert.NotNull(Received.Parse(octets))),
        new("list", octets => Assert.All(ListField.Uris(octets), uri => Assert.Contains(':', uri))),
        new("list id", octets => ListField.Id(octets)),
        new("phrases", octets => Assert.All(Phrases.Parse(octets), Assert.NotEmpty)),
        new("authentication", octets => AuthenticationResults.Parse(octets)),
        new("subject", octets => BaseSubject.Of(Encoding.Latin1.GetString(octets))),
        new("scanner", ReadMessage),
        new("index", ReadIndex),
        new("base64", octets => ReadEncoded(() => new Base64Decoder(), octets)),
        new("quoted-printable", octets => ReadEncoded(() => new QuotedPrintableDecoder(), octets)),
        new("uuencode", octets => ReadEncoded(() => new UuDecoder(), octets)),
        new("charsets", ReadCharsets),
        new("modified utf-7", octets => ModifiedUtf7.Decode(octets)),
        new("html", octets => Preview.Of(HtmlText.Of(Encoding.UTF8.GetString(octets)))),
        new(
            "preview",
            octets =>
                Assert.InRange(
                    Preview.Of(Encoding.UTF8.GetString(octets)).EnumerateRunes().Count(),
                    0,
                    Preview.MaxCharacters
                )
        ),
        new("typed address", octets => EmailAddress.TryParse(Encoding.UTF8.GetString(octets))),
        new("tnef", ReadTnef) { Seeds = FuzzSeeds.OfTnef, IsMet = octets => Tnefs(octets).Any(HasContent) },
        new("rtf", ReadRtf) { Seeds = FuzzSeeds.OfRtf, IsMet = octets => Rtfs(octets).Any(rtf => rtf.Length > 0) },
        new("flowed", ReadFlowed),
        new("maildir", ReadMaildir) { Seeds = FuzzSeeds.OfMaildir, IsMet = IsOfMaildir },
        new("disposition", ReadReportFields),
        new("body text", ReadBodyText),
        new("file names", octets => Assert.All(Messages.Scan(octets).Body.Parts, part => ParameterText.FileName(part))),
        new("reports", ReadReports),
        new("mbox", octets => Assert.All(Enum.GetValues<MboxFamily>(), family => ReadMbox(family, octets)))
        {
            Seeds = FuzzSeeds.OfMbox,
            IsMet = octets => Mboxes.Read(MboxFamily.Mboxrd, MboxFile(octets)).Count > 1,
        },
        new("replies", ReadReply),
        new("7 bit", ReadSevenBit),
    ];

    public override string ToString() => Name;

    static void ReadHeader(byte[] octets)
    {
        var length = 0;
        foreach (var field in new HeaderReader(octets))
        {
            Assert.False(field.Name.IsEmpty && field.Raw.IsEmpty);
            length += field.Raw.Length;
        }

        Assert.InRange(length, 0, octets.Length);
        Assert.InRange(HeaderText.Select(octets, ["Subject"], not: true).Length, 2, octets.Length + 4);
        Envelope.Parse(octets);
    }

    static void ReadAddresses(byte[] octets)
    {
        var (isOpen, list) = (false, AddressList.Parse(octets));
        foreach (var address in list)
        {
            Assert.False(address.IsGroupStart && isOpen);
            Assert.False(address.IsGroupEnd && !isOpen);
            isOpen = address.IsGroupStart || isOpen && !address.IsGroupEnd;
        }

        Assert.False(isOpen);
    }

    static void ReadParameters(byte[] octets)
    {
        var value = new Octets(HeaderText.Unfold(octets));
        var (_, _, parameters) = ContentValue.Media(value);
        Assert.All(parameters, parameter => Assert.NotNull(ParameterText.Decode(parameter).Text));
        ContentValue.Disposition(value);
        ContentValue.Tokens(value);
    }

    static void ReadSevenBit(byte[] octets)
    {
        if (Converting.Convert(octets, out var refusal) is not { } converted)
            Assert.NotNull(refusal);
        else
        {
            Converting.AssertSame(octets, converted);
            Assert.Equal(converted, Converting.Convert(octets, out _, 1));
        }
    }

    static void ReadMessage(byte[] octets)
    {
        var index = Messages.Scan(octets);
        var text = IndexText.Of(index);
        Assert.Equal(text, IndexText.Of(Messages.Scan(octets, 1)));
        Assert.Equal(text, IndexText.Of(Messages.ScanCut(octets, octets.Length / 2)));
        Partition.AssertWhole(octets, index);
        Assert.Equal(octets.Length, index.Size);
        var read = MessageIndex.Unpack(index.Pack());
        Assert.Equal(text, IndexText.Of(read));
        Assert.Equal((index.SortKeys, index.BaseSubject), (read.SortKeys, read.BaseSubject));
    }

    /// <summary>Parts are inside the one that holds them, and follow one another.</summary>
    static void AssertInside(BodyPart part, long start, long end)
    {
        Assert.InRange(part.HeaderStart, start, end);
        Assert.InRange(part.BodyStart, part.HeaderStart, end);
        Assert.InRange(part.BodyEnd, part.BodyStart, end);
        var next = part.BodyStart;
        foreach (var child in part.Parts)
        {
            AssertInside(child, next, part.BodyEnd);
            next = child.BodyEnd;
        }

        if (part.Message is { } message)
            AssertInside(message.Body, part.BodyStart, part.BodyEnd);
    }

    static void ReadIndex(byte[] octets)
    {
        var packed = Messages.Scan(octets).Pack();
        octets.AsSpan(0, Math.Min(octets.Length, packed.Length / 8)).CopyTo(packed.AsSpan(packed.Length / 2));
        try
        {
            AssertInside(MessageIndex.Unpack(packed).Body, 0, long.MaxValue);
        }
        catch (InvalidDataException)
        {
            Assert.NotEmpty(packed); // damaged, and told so
        }
    }

    static void ReadEncoded(Func<TransferCoder> decoder, byte[] octets)
    {
        var whole = decoder().Convert(octets);
        Assert.InRange(whole.Length, 0, octets.Length + 2);
        Assert.Equal(whole, Encodings.Coding.Cut(decoder(), octets, () => 1));
        Assert.Equal(whole, Encodings.Coding.Cut(decoder(), octets, () => octets.Length / 3 + 1));
    }

    static void ReadCharsets(byte[] octets)
    {
        if (octets.Length == 0)
            return;
        string[] names =
        [
            "utf-8",
            "utf-7",
            "utf-16",
            "iso-2022-jp",
            "hz-gb-2312",
            "gb18030",
            "big5",
            "euc-kr",
            "iso-2022-kr",
            "johab",
            "viscii",
            "armscii-8",
            "x",
        ];
        var text = Charset.Decode(names[octets[0] % names.Length], octets.AsSpan(1));
        Assert.InRange(text.Length, 0, 2 * octets.Length);
    }

    static void ReadTnef(byte[] octets)
    {
        foreach (var file in TnefFiles(octets))
        {
            var read = TnefReader.Read(file)!;
            Assert.InRange(read.Rtf.Of(file).Length, 0, file.Length);
            Assert.InRange(read.Attachments.Count, 0, TnefReader.MaxAttachments);
            Assert.All(read.Attachments, attachment => Assert.InRange(attachment.Data.Of(file).Length, 0, file.Length));
        }

        Assert.InRange(TnefFile.Rtf(octets).Length, 0, 9 * octets.Length);
    }

    /// <summary>As a file, and as the properties of one.</summary>
    static byte[][] TnefFiles(byte[] octets) =>
        [
            [0x78, 0x9F, 0x3E, 0x22, .. octets],
            new TnefFile().Message(0x00069003, octets).Bytes,
        ];

    static IEnumerable<TnefMessage> Tnefs(byte[] octets) => TnefFiles(octets).Select(file => TnefReader.Read(file)!);

    static bool HasContent(TnefMessage message) =>
        message.Attachments.Count > 0 || message.Text is not null || message.Html is not null || !message.Rtf.IsEmpty;

    /// <summary>As the fields of a report, and as the value of each.</summary>
    static void ReadReportFields(byte[] octets)
    {
        var text = Encoding.UTF8.GetString(octets);
        DispositionReportText.Parse(octets);
        DeliveryReportText.Parse(octets);
        Assert.InRange(FeedbackReport.Parse(octets)?.OriginalRecipients.Count ?? 0, 0, FeedbackReport.MaxRecipients);
        Assert.NotNull(Cloud.Mail.Reports.MessageDisposition.Parse(text).Type);
        Assert.NotNull(TypedText.Parse(text, "rfc822").Text);
        Assert.InRange(StatusCode.Find(text)?.Length ?? 5, 5, 9);
        Assert.InRange(Utf8Address.Decode(text).Length, 0, text.Length);
        Assert.InRange(Xtext.TryDecode(octets)?.Length ?? 0, 0, octets.Length);
    }

    static void ReadRtf(byte[] octets) =>
        Assert.All(Rtfs(octets), rtf => Assert.InRange(rtf.Length, 0, 9 * octets.Length));

    /// <summary>As it stands, and as what follows a header that says it is compressed.</summary>
    static IEnumerable<byte[]> Rtfs(byte[] octets)
    {
        byte[] header = [0, 0, 0, 0, 0, 0, 1, 0, .. "LZFu"u8, 0, 0, 0, 0];
        yield return TnefFile.Rtf(octets);
        yield return TnefFile.Rtf([.. header, .. octets]);
    }

    static void ReadFlowed(byte[] octets)
    {
        var text = Encoding.UTF8.GetString(octets);
        foreach (var delSp in new[] { false, true })
            Assert.InRange(FlowedText.Unflow(text, delSp).Length, 0, 2 * text.Length);
    }

    static void ReadMaildir(byte[] octets)
    {
        MaildirName.Parse(Encoding.UTF8.GetString(octets));
        MaildirFolder.Parse(Encoding.UTF8.GetString(octets));
        Assert.NotNull(MaildirKeywords.Parse(octets));
    }

    static bool IsOfMaildir(byte[] octets)
    {
        var text = Encoding.UTF8.GetString(octets);
        return MaildirName.Parse(text) is { IsNew: false }
            || MaildirFolder.Parse(text) is not null
            || MaildirKeywords.Parse(octets).Any(name => name is not null);
    }

    static void ReadBodyText(byte[] octets)
    {
        var text = new SearchableText();
        var scanner = new MessageScanner(text);
        scanner.Write(octets);
        var message = scanner.Complete();
        var searched = new StringBuilder();
        foreach (var part in SearchText.PartsOf(message.Body))
        {
            var body = octets.AsSpan((int)part.BodyStart, (int)part.BodyLength);
            if (!body.IsEmpty)
                searched.Append(SearchText.Of(part, body)).Append('\n');
            Assert.InRange(PartText.Of(part, body).Length, 0, 2 * body.Length + 2);
            Assert.InRange(PartText.Decode(part, body).Length, 0, 2 * body.Length + 2);
            Assert.DoesNotContain("  ", SearchText.Of(part, body), StringComparison.Ordinal);
        }

        Assert.Equal(searched.ToString(), text.Body);
    }

    /// <summary>As a message, and as the part of one that programs read.</summary>
    static void ReadReports(byte[] octets)
    {
        string[] headers =
        [
            "",
            "Content-Type: message/delivery-status\r\n\r\n",
            "Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n",
            "X-Failed-Recipients: a@x, b@x\r\n",
        ];
        foreach (var header in headers)
        {
            byte[] message = [.. Encoding.ASCII.GetBytes(header), .. octets];
            var recipients = ReportReader.Read(message, Messages.Scan(message))?.Delivery?.Recipients ?? [];
            Assert.InRange(recipients.Count, 0, DeliveryReportText.MaxRecipients);
        }

        DispositionReportText.Parse(octets);
    }

    static void ReadMbox(MboxFamily family, byte[] octets)
    {
        var file = MboxFile(octets);
        var messages = Mboxes.Read(family, file);
        Assert.InRange(messages.Sum(message => message.Octets.Length), 0, file.Length);
        Assert.Equal(messages, Mboxes.Read(family, file, nextLength: () => 7), Same);
    }

    static byte[] MboxFile(byte[] octets) => [.. "From ann@here.example Sun Nov 22 08:00:00 2026\n"u8, .. octets];

    static bool Same((MboxEnvelope Envelope, byte[] Octets) one, (MboxEnvelope Envelope, byte[] Octets) other) =>
        one.Envelope == other.Envelope && one.Octets.AsSpan().SequenceEqual(other.Octets);

    static void ReadReply(byte[] octets)
    {
        var text = Encoding.UTF8.GetString(octets);
        var reply = ReplyText.Of(text);
        Assert.InRange(reply.Own.Length + reply.Quoted.Length + reply.Signature.Length, 0, text.Length);
    }
}
