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

    static readonly SearchValues<byte> NameEnd = SearchValues.Create("\"' />;"u8);

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

        var decoded = new PooledOctets(octets.Length + 64);
        try
        {
            var decoder = Decoder(part.Encoding, octets.Length);
            decoder.Write(octets, decoded);
            decoder.Complete(decoded);
            return Decode(part, charset, decoded.Written, octets.Length < part.BodyLength);
        }
        finally
        {
            decoded.Return();
        }
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
        html = html[..Math.Min(html.Length, MaxPrescan)];
        var at = html.IndexOf("charset="u8);
        if (at < 0 || html[..at].LastIndexOf("<meta"u8) < 0 && html[..at].LastIndexOf("<META"u8) < 0)
            return "";
        var name = html[(at + 8)..].TrimStart("\"' "u8);
        var end = name.IndexOfAny(NameEnd);
        return end < 0 ? "" : Encoding.Latin1.GetString(name[..end]);
    }

    /// <summary>RFC 3676 §4.</summary>
    static bool IsFlowed(BodyPart part, out bool delSp)
    {
        delSp = part.Parameter("delsp"u8).EqualsIgnoreCase("yes"u8);
        return part.Subtype.EqualsIgnoreCase("plain"u8) && part.Parameter("format"u8).EqualsIgnoreCase("flowed"u8);
    }

    /// <summary>A buffer that grows, borrowed.</summary>
    sealed class PooledOctets(int capacity) : IBufferWriter<byte>
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(capacity);
        int length;

        public ReadOnlySpan<byte> Written => buffer.AsSpan(0, length);

        public void Advance(int count) => length += count;

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            Reserve(sizeHint);
            return buffer.AsMemory(length);
        }

        public Span<byte> GetSpan(int sizeHint = 0)
        {
            Reserve(sizeHint);
            return buffer.AsSpan(length);
        }

        public void Return() => ArrayPool<byte>.Shared.Return(buffer);

        void Reserve(int sizeHint)
        {
            if (buffer.Length - length >= Math.Max(sizeHint, 1))
                return;
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(buffer.Length * 2, length + sizeHint));
            buffer.AsSpan(0, length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }
    }
}
