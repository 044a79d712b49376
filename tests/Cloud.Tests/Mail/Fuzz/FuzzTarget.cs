using System.Text;
using Cloud.Mail;
using Cloud.Mail.Charsets;
using Cloud.Mail.Encodings;
using Cloud.Mail.Headers;
using Cloud.Mail.Text;

namespace Cloud.Tests.Mail.Fuzz;

/// <summary>A parser as a fuzzer sees it.</summary>
/// <param name="Name">Of the parser.</param>
/// <param name="Read">Reads an input, and fails where the result is not what any input has to give.</param>
sealed record FuzzTarget(string Name, Action<byte[]> Read)
{
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

    static void ReadMessage(byte[] octets)
    {
        var index = Messages.Scan(octets);
        var text = IndexText.Of(index);
        Assert.Equal(text, IndexText.Of(Messages.Scan(octets, 1)));
        Assert.Equal(text, IndexText.Of(Messages.ScanCut(octets, octets.Length / 2)));
        Assert.Equal(octets.Length, index.Size);
        AssertInside(index.Body, 0, octets.Length);
        Assert.Equal(text, IndexText.Of(MessageIndex.Unpack(index.Pack())));
    }

    /// <summary>Parts are inside the one that holds them and, but in a damaged index, follow one another.</summary>
    static void AssertInside(BodyPart part, long start, long end, bool inOrder = true)
    {
        Assert.InRange(part.HeaderStart, start, end);
        Assert.InRange(part.BodyStart, part.HeaderStart, end);
        Assert.InRange(part.BodyEnd, part.BodyStart, end);
        var next = part.BodyStart;
        foreach (var child in part.Parts)
        {
            AssertInside(child, next, part.BodyEnd, inOrder);
            if (inOrder)
                next = child.BodyEnd;
        }

        if (part.Message is { } message)
            AssertInside(message.Body, part.BodyStart, part.BodyEnd, inOrder);
    }

    static void ReadIndex(byte[] octets)
    {
        var packed = Messages.Scan(octets).Pack();
        octets.AsSpan(0, Math.Min(octets.Length, packed.Length / 8)).CopyTo(packed.AsSpan(packed.Length / 2));
        try
        {
            AssertInside(MessageIndex.Unpack(packed).Body, 0, long.MaxValue, inOrder: false);
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
}
