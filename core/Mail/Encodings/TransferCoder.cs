using System.Buffers;

namespace Cloud.Mail.Encodings;

/// <summary>Takes a body out of its transfer encoding, or puts it into one, as it streams by. RFC 2045 §6.</summary>
/// <remarks>
/// How the octets are cut makes no difference to the result. Nothing throws, however bad the input: what can be
/// decoded is. A coder holds less than 16 KiB, and after <see cref="Complete"/> it is as new.
/// </remarks>
public abstract class TransferCoder
{
    /// <param name="octets">The next ones.</param>
    /// <param name="target">Gets at most what was held and, per octet, one decoded or three and a bit encoded.</param>
    public abstract void Write(ReadOnlySpan<byte> octets, IBufferWriter<byte> target);

    /// <summary>Ends the body: what was held is written, or dropped where it means nothing.</summary>
    public abstract void Complete(IBufferWriter<byte> target);

    /// <summary>The decoder for a Content-Transfer-Encoding; what is unknown passes unchanged.</summary>
    /// <param name="encoding">Its token; nil means 7bit.</param>
    public static TransferCoder Decoder(Octets encoding) =>
        encoding.EqualsIgnoreCase("base64"u8) ? new Base64Decoder()
        : encoding.EqualsIgnoreCase("quoted-printable"u8) ? new QuotedPrintableDecoder()
        : IsUu(encoding) ? new UuDecoder()
        : new IdentityCoder();

    /// <summary>Whether <see cref="Decoder"/> knows what a Content-Transfer-Encoding means.</summary>
    public static bool IsKnown(Octets encoding) =>
        encoding.IsNilOrEmpty
        || encoding.EqualsIgnoreCase("7bit"u8)
        || encoding.EqualsIgnoreCase("8bit"u8)
        || encoding.EqualsIgnoreCase("binary"u8)
        || IsCoded(encoding);

    /// <returns>False where <see cref="Decoder"/> would change nothing.</returns>
    public static bool IsCoded(Octets encoding) =>
        encoding.EqualsIgnoreCase("base64"u8) || encoding.EqualsIgnoreCase("quoted-printable"u8) || IsUu(encoding);

    /// <summary>A whole body at once.</summary>
    public byte[] Convert(ReadOnlySpan<byte> octets)
    {
        using var target = new PooledWriter(octets.Length);
        Write(octets, target);
        Complete(target);
        return target.Written.ToArray();
    }

    // No standard names it; these are the spellings in use.
    static bool IsUu(Octets encoding) =>
        encoding.EqualsIgnoreCase("x-uuencode"u8)
        || encoding.EqualsIgnoreCase("x-uue"u8)
        || encoding.EqualsIgnoreCase("uuencode"u8)
        || encoding.EqualsIgnoreCase("uue"u8);
}
