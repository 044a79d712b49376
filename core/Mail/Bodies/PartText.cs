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

    static readonly SearchValues<byte> EndOfName = SearchValues.Create("\"' \t\r\n/>;"u8);

    /// <param name="part">Of type text.</param>
    /// <param name="octets">Its body as it stands in the message, or the start of it.</param>
    /// <param name="max">Characters wanted of an HTML's text.</param>
    public static string Of(BodyPart part, ReadOnlySpan<byte> octets, int max = int.MaxValue)
    {
        var text = Decode(part, octets);
        if (part.Subtype.EqualsIgnoreCase("html"u8))
            return HtmlText.Of(text, Math.Min(max, Math.Max(text.Length, 1)));
        return IsFlowed(part, out var delSp) ? FlowedText.Unflow(text, delSp) : text;
    }

    /// <summary>The text as its sender wrote it: plain text with its line breaks, HTML with its tags.</summary>
    public static string Decode(BodyPart part, ReadOnlySpan<byte> octets)
    {
        var charset = ParameterText.Find(part.Parameters, "charset")?.Text ?? "";
        if (!TransferCoder.IsCoded(part.Encoding))
            return Decode(part, charset, octets, octets.Length < part.BodyLength);

        using var decoded = new PooledWriter(octets.Length + 64);
        var decoder = Decoder(part.Encoding, octets.Length);
        decoder.Write(octets, decoded);
        decoder.Complete(decoded);
        return Decode(part, charset, decoded.Written, octets.Length < part.BodyLength);
    }

    static TransferCoder Decoder(Octets encoding, int length) =>
        length <= Small && encoding.EqualsIgnoreCase("base64"u8)
            ? new Base64Decoder(window: 256)
            : TransferCoder.Decoder(encoding);

    static string Decode(BodyPart part, string charset, ReadOnlySpan<byte> octets, bool isStart)
    {
        if (isStart)
            octets = octets[..WholeCharacters(octets)];
        if (charset.Length == 0 && part.Subtype.EqualsIgnoreCase("html"u8))
            charset = Declared(octets);
        return Charset.Decode(charset, octets);
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
