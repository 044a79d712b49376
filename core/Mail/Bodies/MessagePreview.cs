using System.Text;
using Cloud.Mail.Charsets;
using Cloud.Mail.Text;

namespace Cloud.Mail.Bodies;

/// <summary>Makes a message's preview (RFC 8970) of the first octets of its text parts.</summary>
static class MessagePreview
{
    /// <summary>Octets of a part decoded at first; more only where they do not fill the preview.</summary>
    const int FirstLook = 512;

    /// <summary>Messages inside messages looked into.</summary>
    const int MaxDepth = 4;

    /// <returns>In UTF-8; empty where there is nothing to read, as in an encrypted message.</returns>
    public static Octets Of(BodyPart body, LeadingText leading)
    {
        Span<char> preview = stackalloc char[Preview.MaxUnits];
        Span<byte> octets = stackalloc byte[3 * Preview.MaxUnits];
        return Octets.Copy(octets[..Encoding.UTF8.GetBytes(preview[..Write(body, leading, 0, preview)], octets)]);
    }

    /// <returns>Characters of it, as of all here.</returns>
    static int Write(BodyPart body, LeadingText leading, int depth, Span<char> preview)
    {
        if (leading.IsEmpty)
            return 0;
        if (leading.Only is { } only) // nothing to choose from
            return OfPart(only, leading, depth, preview);
        if (!body.IsMultipart)
            return OfPart(body, leading, depth, preview);

        var selection = BodySelection.Of(body);
        var length = First(selection.Text, leading, depth, preview);
        if (length == 0)
            length = First(selection.Html, leading, depth, preview); // an empty text beside the HTML
        return length == 0 ? First(selection.Attachments, leading, depth, preview) : length;
    }

    static int First(IReadOnlyList<BodyPart> parts, LeadingText leading, int depth, Span<char> preview)
    {
        for (var i = 0; i < parts.Count; i++)
        {
            if (OfPart(parts[i], leading, depth, preview) is > 0 and var length)
                return length;
        }

        return 0;
    }

    static int OfPart(BodyPart part, LeadingText leading, int depth, Span<char> preview)
    {
        if (part.Message is { } message && depth < MaxDepth)
            return Write(message.Body, leading, depth + 1, preview);
        var octets = leading.Of(part);
        for (var look = FirstLook; ; look *= 4)
        {
            var start = octets[..Math.Min(look, octets.Length)];
            var length = start.IsEmpty ? 0 : OfStart(part, start, preview);
            if (start.Length == octets.Length || IsFull(preview[..length]))
                return length;
        }
    }

    /// <summary>Characters of HTML's text looked at: enough for quotes and signs that are left out.</summary>
    const int MaxText = 8 * Preview.MaxCharacters;

    static int OfStart(BodyPart part, ReadOnlySpan<byte> octets, Span<char> preview)
    {
        var text = new PooledText(octets.Length);
        PartText.Append(part, octets, MaxText, ref text);
        var length = OfText(text.Written, preview);
        text.Return();
        return length;
    }

    static int OfText(ReadOnlySpan<char> text, Span<char> preview)
    {
        if (text.StartsWith("-----BEGIN PGP MESSAGE-----"))
            return 0;
        if (text.StartsWith("-----BEGIN PGP SIGNED MESSAGE-----"))
            text = AfterArmorHeaders(text);
        return Preview.Write(text, preview);
    }

    static ReadOnlySpan<char> AfterArmorHeaders(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            var lf = text.IndexOf('\n');
            var line = lf < 0 ? text : text[..lf];
            text = lf < 0 ? [] : text[(lf + 1)..];
            if (line.TrimEnd('\r').IsEmpty)
                return text;
        }

        return text;
    }

    /// <summary>More text would not change it. One that begins with a quote may give way to the answer below.</summary>
    static bool IsFull(ReadOnlySpan<char> preview)
    {
        if (preview is not [not '>', ..])
            return false;
        var count = 0;
        foreach (var _ in preview.EnumerateRunes())
            count++;
        return count >= Preview.MaxCharacters - 1;
    }
}
