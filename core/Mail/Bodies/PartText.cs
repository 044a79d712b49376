using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Cloud.Mail.Charsets;
using Cloud.Mail.Encodings;
using Cloud.Mail.Headers;
using Cloud.Mail.Text;

namespace Cloud.Mail.Bodies;

/// <summary>A text part as a reader sees it: decoded, paragraphs joined where they flow, HTML without its tags.</summary>
public static class PartText
{
    /// <summary>Octets of an HTML document in which it may name its charset (HTML, "prescan a byte stream").</summary>
    const int MaxPrescan = 1024;

    /// <summary>Octets for which a decoder with a large window would cost more than it saves.</summary>
    const int Small = 4 * 1024;

    /// <summary>Octets of a charset's name that is read as it stands; the longest registered one has 45.</summary>
    const int MaxCharset = 64;

    static readonly SearchValues<byte> EndOfName = SearchValues.Create("\"' \t\r\n/>;"u8);

    /// <param name="part">Of type text.</param>
    /// <param name="octets">Its body as it stands in the message, or the start of it.</param>
    /// <param name="max">Characters wanted of an HTML's text.</param>
    public static string Of(BodyPart part, ReadOnlySpan<byte> octets, int max = int.MaxValue)
    {
        var text = new PooledText(octets.Length);
        Append(part, octets, max, ref text);
        return text.Take();
    }

    /// <summary>As <see cref="Of"/>, into <paramref name="text"/>, which is empty.</summary>
    internal static void Append(BodyPart part, ReadOnlySpan<byte> octets, int max, ref PooledText text)
    {
        var isHtml = part.Subtype.EqualsIgnoreCase("html"u8);
        if (!isHtml && !IsFlowed(part, out _))
        {
            Decode(part, octets, ref text);
            return;
        }

        var written = new PooledText(octets.Length);
        Decode(part, octets, ref written);
        if (isHtml)
            HtmlText.Append(written.Written, Math.Min(max, written.Length), ref text);
        else if (IsFlowed(part, out var delSp))
            FlowedText.Append(written.Written, delSp, ref text);
        written.Return();
    }

    /// <summary>The text as its sender wrote it: plain text with its line breaks, HTML with its tags.</summary>
    public static string Decode(BodyPart part, ReadOnlySpan<byte> octets)
    {
        var text = new PooledText(octets.Length);
        Decode(part, octets, ref text);
        return text.Take();
    }

    static void Decode(BodyPart part, ReadOnlySpan<byte> octets, ref PooledText text)
    {
        var isStart = octets.Length < part.BodyLength;
        if (!TransferCoder.IsCoded(part.Encoding))
        {
            Decode(part, octets, isStart, ref text);
            return;
        }

        using var decoded = new PooledWriter(octets.Length + 64);
        var decoder = Decoder(part.Encoding, octets.Length);
        decoder.Write(octets, decoded);
        decoder.Complete(decoded);
        Decode(part, decoded.Written, isStart, ref text);
    }

    static TransferCoder Decoder(Octets encoding, int length) =>
        length <= Small && encoding.EqualsIgnoreCase("base64"u8)
            ? new Base64Decoder(window: 256)
            : TransferCoder.Decoder(encoding);

    static void Decode(BodyPart part, ReadOnlySpan<byte> octets, bool isStart, ref PooledText text)
    {
        if (isStart)
            octets = octets[..WholeCharacters(octets)];
        var codePage = CodePage(part);
        if (codePage is null && part.Subtype.EqualsIgnoreCase("html"u8))
            codePage = CharsetNames.CodePage(Declared(octets));
        if (!octets.IsEmpty)
            Charset.Append(codePage ?? CharsetNames.Undeclared, octets, hint: null, ref text);
    }

    /// <summary>Of the charset that the part names; null if it names none.</summary>
    static int? CodePage(BodyPart part)
    {
        var plain = part.Parameter("charset"u8);
        if (part.Parameter("charset*"u8).IsNil && plain.Length <= MaxCharset && plain.Span.IndexOf("=?"u8) < 0)
        {
            Span<char> name = stackalloc char[MaxCharset];
            return plain.IsNilOrEmpty
                ? null
                : CharsetNames.CodePage(name[..Encoding.Latin1.GetChars(plain.Span, name)]);
        }

        return ParameterText.Find(part.Parameters, "charset") is { Text.Length: > 0 } charset
            ? CharsetNames.CodePage(charset.Text)
            : null;
    }

    /// <summary>Leaves out a UTF-8 character of which the end is missing; it would make the rest look like another charset.</summary>
    static int WholeCharacters(ReadOnlySpan<byte> octets)
    {
        for (var cut = 1; cut <= 3 && cut <= octets.Length; cut++)
        {
            var octet = octets[^cut];
            if (octet < 0x80)
                break;
            if (octet < 0xC0)
                continue;
            return Rune.DecodeFromUtf8(octets[^cut..], out _, out _) == OperationStatus.NeedMoreData
                ? octets.Length - cut
                : octets.Length;
        }

        return octets.Length;
    }

    /// <summary>What &lt;meta charset&gt; says, or the older http-equiv.</summary>
    static string Declared(ReadOnlySpan<byte> html)
    {
        if (Utf8.IsValid(html))
            return "";
        Span<byte> lower = stackalloc byte[Math.Min(html.Length, MaxPrescan)];
        for (var i = 0; i < lower.Length; i++)
            lower[i] = html[i] is >= (byte)'A' and <= (byte)'Z' ? (byte)(html[i] | 0x20) : html[i];

        ReadOnlySpan<byte> rest = lower;
        var meta = rest.IndexOf("<meta"u8);
        rest = meta < 0 ? [] : rest[meta..];
        while (rest.IndexOf("charset"u8) is >= 0 and var at)
        {
            rest = rest[(at + "charset"u8.Length)..].TrimStart(" \t\r\n"u8);
            if (rest is not [(byte)'=', ..])
                continue; // the word only
            var name = rest[1..].TrimStart("\"' \t\r\n"u8);
            var end = name.IndexOfAny(EndOfName);
            return end < 0 ? "" : Encoding.Latin1.GetString(name[..end]);
        }

        return "";
    }

    /// <summary>RFC 3676 §4.</summary>
    static bool IsFlowed(BodyPart part, out bool delSp)
    {
        delSp = part.Parameter("delsp"u8).EqualsIgnoreCase("yes"u8);
        return part.Subtype.EqualsIgnoreCase("plain"u8) && part.Parameter("format"u8).EqualsIgnoreCase("flowed"u8);
    }
}
