using System.Text;
using Cloud.Mail.Charsets;
using Cloud.Mail.Headers;
using Cloud.Mail.Text;

namespace Cloud.Mail.Bodies;

/// <summary>What of a message's body a search looks at, those inside it included.</summary>
/// <remarks>
/// Not kept beside the message: its texts are up to megabytes, and a row is paid for by the octet. The index has the
/// preview and the names (<see cref="Known"/>), which spare a search the bytes where one of them has it already. Whoever
/// keeps a search index has all of it from delivery's one pass: <see cref="SearchableText"/>.
/// </remarks>
public static class SearchText
{
    /// <summary>Octets of all text parts that are decoded for a search; longer texts are logs and dumps.</summary>
    public const int MaxOctets = 2 * 1024 * 1024;

    /// <summary>Text parts looked at; real mail has a handful, a digest some hundred.</summary>
    public const int MaxParts = 1_000;

    /// <summary>The text parts, in order, alternatives and text files among them.</summary>
    public static IEnumerable<BodyPart> PartsOf(BodyPart body) => Texts(body).Take(MaxParts);

    /// <summary>A text part's words, white space as one space, so that a phrase is found across line ends.</summary>
    /// <param name="part">One of <see cref="PartsOf"/>.</param>
    /// <param name="octets">Its body as it stands in the message, or the start of it.</param>
    public static string Of(BodyPart part, ReadOnlySpan<byte> octets)
    {
        var text = Read(part, octets);
        return text.Take();
    }

    /// <summary>As <see cref="Of"/>, behind what <paramref name="all"/> has already.</summary>
    internal static void Append(BodyPart part, ReadOnlySpan<byte> octets, ref PooledText all)
    {
        var text = Read(part, octets);
        all.Append(text.Written);
        text.Return();
    }

    static PooledText Read(BodyPart part, ReadOnlySpan<byte> octets)
    {
        var text = new PooledText(octets.Length);
        PartText.Append(part, octets, int.MaxValue, ref text);
        text.Cut(Collapse(text.Written, text.Written));
        return text;
    }

    /// <summary>What the index tells of the body: preview, the files' names, and the subjects of messages inside.</summary>
    public static string Known(MessageIndex index)
    {
        var known = new StringBuilder(index.Preview.ToString()).Append('\n');
        foreach (var name in NamesOf(index.Body))
            known.Append(name).Append('\n');
        return known.ToString();
    }

    /// <summary>Names of files, and subjects of messages inside, in order.</summary>
    public static IEnumerable<string> NamesOf(BodyPart body) => Names(body).Take(MaxParts);

    /// <summary>White space, line ends among it, as one space. Lines that a paragraph is broken into are not the sender's.</summary>
    public static string Collapse(string text)
    {
        var collapsed = new PooledText(text.Length);
        collapsed.Advance(Collapse(text, collapsed.Room(text.Length)));
        return collapsed.Take();
    }

    /// <param name="text">Any.</param>
    /// <param name="collapsed">Room for as many characters; may be the same memory.</param>
    /// <returns>How many are left.</returns>
    static int Collapse(ReadOnlySpan<char> text, Span<char> collapsed)
    {
        var length = 0;
        while (!text.IsEmpty)
        {
            var word = text[..WhiteSpace.Find(text)];
            word.CopyTo(collapsed[length..]);
            length += word.Length;
            text = text[word.Length..];
            if (text.IsEmpty)
                break;
            collapsed[length++] = ' ';
            text = text[WhiteSpace.Run(text)..];
        }

        return length;
    }

    static IEnumerable<BodyPart> Texts(BodyPart part)
    {
        if (part.Message is { } message)
            return Texts(message.Body);
        if (part.IsMultipart)
            return part.Parts.Count == 0 ? [part.AsText()] : part.Parts.SelectMany(Texts);
        return part.IsText ? [part] : [];
    }

    static IEnumerable<string> Names(BodyPart part)
    {
        var name = ParameterText.FileName(part);
        IEnumerable<string> inside = part.Message is { } message
            ? Names(message.Body).Prepend(EncodedWords.Decode(message.Envelope.Subject.Span))
            : part.Parts.SelectMany(Names);
        return name is null ? inside : inside.Prepend(name);
    }
}
