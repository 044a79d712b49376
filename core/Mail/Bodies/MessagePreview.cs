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

    /// <returns>Empty where there is nothing to read, as in an encrypted message.</returns>
    public static string Of(BodyPart body, LeadingText leading, int depth = 0)
    {
        if (leading.IsEmpty)
            return "";
        if (leading.Only is { } only) // nothing to choose from
            return OfPart(only, leading, depth);
        if (!body.IsMultipart)
            return OfPart(body, leading, depth);

        var selection = BodySelection.Of(body);
        var preview = First(selection.Text, leading, depth);
        if (preview.Length == 0)
            preview = First(selection.Html, leading, depth); // an empty text beside the HTML
        return preview.Length == 0 ? First(selection.Attachments, leading, depth) : preview;
    }

    static string First(IReadOnlyList<BodyPart> parts, LeadingText leading, int depth)
    {
        for (var i = 0; i < parts.Count; i++)
        {
            if (OfPart(parts[i], leading, depth) is { Length: > 0 } preview)
                return preview;
        }

        return "";
    }

    static string OfPart(BodyPart part, LeadingText leading, int depth)
    {
        if (part.Message is { } message && depth < MaxDepth)
            return Of(message.Body, leading, depth + 1);
        var octets = leading.Of(part);
        for (var look = FirstLook; ; look *= 4)
        {
            var start = octets[..Math.Min(look, octets.Length)];
            var preview = start.IsEmpty ? "" : OfStart(part, start);
            if (start.Length == octets.Length || IsFull(preview))
                return preview;
        }
    }

    /// <summary>Characters of HTML's text looked at: enough for quotes and signs that are left out.</summary>
    const int MaxText = 8 * Preview.MaxCharacters;

    static string OfStart(BodyPart part, ReadOnlySpan<byte> octets)
    {
        var text = new PooledText(octets.Length);
        PartText.Append(part, octets, MaxText, ref text);
        var preview = Of(text.Written);
        text.Return();
        return preview;
    }

    static string Of(ReadOnlySpan<char> text)
    {
        if (text.StartsWith("-----BEGIN PGP MESSAGE-----"))
            return "";
        return Preview.Of(text.StartsWith("-----BEGIN PGP SIGNED MESSAGE-----") ? AfterArmorHeaders(text) : text);
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
    static bool IsFull(string preview)
    {
        if (preview is not [not '>', ..])
            return false;
        var count = 0;
        foreach (var _ in preview.EnumerateRunes())
            count++;
        return count >= Preview.MaxCharacters - 1;
    }
}
