using System.Text;
using Cloud.Mail;
using Cloud.Mail.Bodies;
using Cloud.Mail.Headers;

namespace Cloud.Trust.Content;

/// <summary>The start of a message, as far as its content is judged: its fields, and the words of its first texts.</summary>
/// <remarks>
/// Valid as long as the octets are that it is made of.
/// Made of the index that delivery has made anyway and of the message's first octets, taken as it streams by or in one
/// ranged read. What lies beyond is not judged: a text behind a large file, for one. Never throws, however bad the mail.
/// Everything is decoded once, when first asked for; not for several threads at a time.
/// </remarks>
public sealed class MessageSample
{
    /// <summary>Octets taken of a message. Of our own: headers have 10 KiB, and texts over 64 KiB are looked at in part.</summary>
    public const int MaxOctets = 256 * 1024;

    /// <summary>Octets of text parts that are decoded. Of our own: twice what a long newsletter has, and as a text just
    /// small enough for the heap of small objects, which costs less to clear.</summary>
    public const int MaxText = 40 * 1024;

    /// <summary>Text parts that are decoded; the ones behind them are footers and forwarded mail.</summary>
    public const int MaxTexts = 8;

    /// <summary>Fields of a header that are looked at. Real ones have under 200.</summary>
    public const int MaxFields = 1_000;

    readonly ReadOnlyMemory<byte> start;
    readonly Lazy<IReadOnlyList<SampleField>> fields;
    readonly Lazy<IReadOnlyList<SampleText>> texts;
    readonly Lazy<IReadOnlyList<Link>> links;
    readonly Lazy<BodySelection> selection;

    /// <param name="index">Of the message.</param>
    /// <param name="start">Its first octets; <see cref="MaxOctets"/> of them are looked at.</param>
    public MessageSample(MessageIndex index, ReadOnlyMemory<byte> start)
    {
        Index = index;
        this.start = start[..Math.Min(start.Length, MaxOctets)];
        fields = new(ReadFields);
        texts = new(() => [.. ReadTexts()]);
        links = new(() => [.. Link.In(Texts)]);
        selection = new(() => BodySelection.Of(Index.Body));
    }

    public MessageIndex Index { get; }

    /// <summary>The header with its blank line, as far as it was taken.</summary>
    public ReadOnlySpan<byte> Header => Octets(0, Index.HeaderLength);

    /// <summary>Hosts that the texts' links lead to, each once, of each organization the first before any second.</summary>
    /// <param name="max">How many.</param>
    public IReadOnlyList<string> LinkedHosts(int max) =>
        [
            .. Links
                .Where(link => !link.Host.IsAddress)
                .Select(link => link.Host.Name)
                .Distinct()
                .GroupBy(name => WebHost.Registered(name)?.ToString() ?? name)
                .SelectMany(hosts => hosts.Select((name, place) => (name, place)))
                .OrderBy(host => host.place)
                .Select(host => host.name)
                .Take(max),
        ];

    /// <summary>Every field in its order.</summary>
    internal IReadOnlyList<SampleField> Fields => fields.Value;

    /// <summary>The texts a reader would see, alternatives among them.</summary>
    internal IReadOnlyList<SampleText> Texts => texts.Value;

    /// <summary>Where the texts lead.</summary>
    internal IReadOnlyList<Link> Links => links.Value;

    internal BodySelection Selection => selection.Value;

    /// <summary>The fields of a name.</summary>
    internal IEnumerable<SampleField> Named(string name) =>
        Fields.Where(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>A range of the message, as far as it was taken.</summary>
    internal ReadOnlySpan<byte> Octets(long from, long length) => Range(from, length).Span;

    ReadOnlyMemory<byte> Range(long from, long length) =>
        from >= start.Length || length <= 0
            ? default
            : start.Slice((int)from, (int)Math.Min(length, start.Length - from));

    List<SampleField> ReadFields()
    {
        var list = new List<SampleField>();
        foreach (var field in new HeaderReader(Header))
        {
            if (list.Count == MaxFields)
                break;
            list.Add(new(Encoding.ASCII.GetString(field.Name), HeaderText.Unfold(field.Value)));
        }

        return list;
    }

    IEnumerable<SampleText> ReadTexts()
    {
        var left = MaxText;
        foreach (var part in Shown().Take(MaxTexts))
        {
            var octets = Range(part.BodyStart, Math.Min(part.BodyLength, left));
            if (octets.IsEmpty)
                continue;
            left -= octets.Length;
            yield return new(part, octets, PartText.Decode(part, octets.Span));
        }
    }

    IEnumerable<BodyPart> Shown() =>
        Selection.Text.Concat(Selection.Html).Where(part => part.IsText).DistinctBy(part => part.BodyStart);
}

/// <param name="Value">Unfolded, still encoded.</param>
sealed record SampleField(string Name, byte[] Value)
{
    public string Text => EncodedWords.Decode(Value);
}

/// <summary>A text part.</summary>
/// <param name="Part">Where it is.</param>
/// <param name="Raw">The start of its body as it stands in the message.</param>
/// <param name="Source">The text as its sender wrote it: HTML with its tags.</param>
sealed record SampleText(BodyPart Part, ReadOnlyMemory<byte> Raw, string Source)
{
    readonly Lazy<string> words = new(() =>
        Part.Subtype.EqualsIgnoreCase("html"u8) ? Mail.Text.HtmlText.Of(Source, MessageSample.MaxText) : Source
    );

    readonly Lazy<HtmlScan> html = new(() => HtmlScan.Of(Source));

    public bool IsHtml => Part.Subtype.EqualsIgnoreCase("html"u8);

    /// <summary>As a reader sees it.</summary>
    public string Words => words.Value;

    /// <summary>What the markup does; of HTML only.</summary>
    public HtmlScan Html => html.Value;
}
