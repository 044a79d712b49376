using System.Buffers.Text;
using System.Text;
using Cloud.Mail;
using Cloud.Mail.Headers;

namespace Cloud.Store.Search;

/// <summary>The text parts of a message, decoded, as far as a search reads.</summary>
static class BodyText
{
    /// <summary>Octets read of all text parts of a message; longer texts are logs and dumps.</summary>
    const int MaxBytes = 2 * 1024 * 1024;

    public static async ValueTask<string> ReadAsync(
        BodyPart body,
        Func<long, long, CancellationToken, ValueTask<byte[]>> read,
        CancellationToken cancel
    )
    {
        var text = new StringBuilder();
        var left = (long)MaxBytes;
        foreach (var part in TextParts(body))
        {
            var length = Math.Min(part.BodyLength, left);
            if (length <= 0)
                break;
            left -= length;
            var bytes = Decode(part.Encoding, await read(part.BodyStart, length, cancel));
            text.Append(Charsets.Decode(part.Parameter("charset"u8).ToString(), bytes)).Append('\n');
        }
        return text.ToString();
    }

    static IEnumerable<BodyPart> TextParts(BodyPart part)
    {
        if (part.Message is { } message)
            return TextParts(message.Body);
        return part.IsText ? [part] : part.Parts.SelectMany(TextParts);
    }

    static byte[] Decode(Octets encoding, byte[] bytes)
    {
        if (encoding.EqualsIgnoreCase("base64"u8))
            return FromBase64(bytes);
        return encoding.EqualsIgnoreCase("quoted-printable"u8) ? FromQuotedPrintable(bytes) : bytes;
    }

    static byte[] FromBase64(byte[] bytes)
    {
        // Only its alphabet counts (RFC 2045 §6.8); what is cut off at the end is left.
        var clean = bytes
            .Where(octet => char.IsAsciiLetterOrDigit((char)octet) || octet is (byte)'+' or (byte)'/')
            .ToArray();
        var whole = clean.AsSpan(0, clean.Length / 4 * 4);
        var decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(whole.Length)];
        Base64.DecodeFromUtf8(whole, decoded, out _, out var written);
        var tail = clean.Length % 4;
        if (tail < 2)
            return decoded[..written];
        byte[] last = [.. clean[^tail..], .. "=="u8[..(4 - tail)]];
        var end = new byte[3];
        Base64.DecodeFromUtf8(last, end, out _, out var more);
        return [.. decoded.AsSpan(0, written), .. end.AsSpan(0, more)];
    }

    static byte[] FromQuotedPrintable(byte[] bytes)
    {
        var decoded = new List<byte>(bytes.Length);
        for (var at = 0; at < bytes.Length; at++)
        {
            if (bytes[at] != '=')
                decoded.Add(bytes[at]);
            else if (
                at + 2 < bytes.Length
                && char.IsAsciiHexDigit((char)bytes[at + 1])
                && char.IsAsciiHexDigit((char)bytes[at + 2])
            )
            {
                decoded.Add(Convert.ToByte(Encoding.ASCII.GetString(bytes, at + 1, 2), 16));
                at += 2;
            }
            else
                at = SoftBreak(bytes, at);
        }
        return [.. decoded];
    }

    /// <returns>The last octet of the soft line break, or the equals sign itself when it is none.</returns>
    static int SoftBreak(byte[] bytes, int at)
    {
        var end = at + 1;
        while (end < bytes.Length && bytes[end] is (byte)' ' or (byte)'\t' or (byte)'\r')
            end++;
        return end < bytes.Length && bytes[end] == '\n' ? end : at;
    }
}
