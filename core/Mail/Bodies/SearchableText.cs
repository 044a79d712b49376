using Cloud.Mail.Charsets;

namespace Cloud.Mail.Bodies;

/// <summary>The text of a message that a search looks at, gathered while a <see cref="MessageScanner"/> reads it.</summary>
/// <remarks>
/// For one message. What it tells is what <see cref="SearchText"/> would make of the message's bytes afterwards. While the
/// message goes by, up to <see cref="SearchText.MaxOctets"/> of it are held.
/// </remarks>
public sealed class SearchableText
{
    /// <summary>Words of the text parts, a line each, white space as one space. Empty until the scanner is complete.</summary>
    public string Body { get; private set; } = "";

    /// <summary>Names of files, and subjects of messages inside. Empty until the scanner is complete.</summary>
    public IReadOnlyList<string> Names { get; private set; } = [];

    /// <summary>What was seen of the text parts.</summary>
    internal LeadingText Bodies { get; } =
        new(
            part => part.IsText || part.IsMultipart, // without delimiters it is text: BodyPart.AsText
            SearchText.MaxParts,
            SearchText.MaxOctets,
            SearchText.MaxOctets
        );

    internal void End(MessageIndex index)
    {
        var text = new PooledText(0);
        var at = 0;
        foreach (var part in SearchText.PartsOf(index.Body))
        {
            ReadOnlySpan<byte> octets = [];
            var bodyStart = -1L;
            while (at < Bodies.Count && bodyStart < part.BodyStart)
                octets = Bodies.At(at++, out bodyStart);
            if (bodyStart > part.BodyStart)
                at--; // of a part to come
            if (bodyStart != part.BodyStart || octets.IsEmpty)
                continue;
            SearchText.Append(part, octets, ref text);
            text.Append("\n");
        }

        Bodies.Release();
        Body = text.Take();
        Names = [.. SearchText.NamesOf(index.Body)];
    }
}
