using System.Buffers;
using System.Security.Cryptography;
using Cloud.Mail.Headers;

namespace Cloud.Trust.Dkim;

/// <summary>Header fields in canonical form. RFC 6376 §3.4.1, §3.4.2.</summary>
static class CanonicalHeader
{
    /// <summary>What is signed, hashed: the fields named, then the signature's own without the value of b=. §3.7.</summary>
    /// <param name="header">Of the message.</param>
    /// <param name="names">h=.</param>
    /// <param name="own">The signature's field.</param>
    /// <param name="form">The header's.</param>
    public static byte[] Hash(HeaderBlock header, IEnumerable<string> names, HeaderField own, Canonicalization form)
    {
        var text = new ArrayBufferWriter<byte>(4096);
        foreach (var index in header.Select(names))
            Write(header[index], form, text);
        WriteUnsigned(own, form, text);
        return SHA256.HashData(text.WrittenSpan[..^2]); // Its line end is not signed.
    }

    /// <summary>Writes a signature's field as it was before it was signed, with a line end.</summary>
    public static void WriteUnsigned(HeaderField own, Canonicalization form, IBufferWriter<byte> target) =>
        Write(new HeaderField(WithoutSignature(own), own.Raw.Length - own.Value.Length - 1), form, target);

    /// <summary>Writes a field with its line end.</summary>
    public static void Write(HeaderField field, Canonicalization form, IBufferWriter<byte> target)
    {
        if (form == Canonicalization.Relaxed)
        {
            Relax(field, target);
            return;
        }

        target.Write(field.Raw);
        if (!field.Raw.EndsWith("\n"u8))
            target.Write("\r\n"u8);
    }

    static void Relax(HeaderField field, IBufferWriter<byte> target)
    {
        var text = target.GetSpan(field.Raw.Length + 3);
        var length = System.Text.Ascii.ToLower(field.Name, text, out var name) == OperationStatus.Done ? name : 0;
        text[length++] = (byte)':';
        var start = length;
        var space = false;
        var value = field.Value;
        for (var i = 0; i < value.Length; i++)
        {
            var octet = value[i];
            if (octet == '\n' || octet == '\r' && i + 1 < value.Length && value[i + 1] == '\n')
                continue;
            if (octet is (byte)' ' or (byte)'\t')
            {
                space = length > start;
                continue;
            }

            if (space)
                text[length++] = (byte)' ';
            space = false;
            text[length++] = octet;
        }

        "\r\n"u8.CopyTo(text[length..]);
        target.Advance(length + 2);
    }

    /// <summary>The field with all between `b=` and the next semicolon left out, and a CRLF at the end.</summary>
    static byte[] WithoutSignature(HeaderField field)
    {
        var raw = field.Raw.EndsWith("\r\n"u8) ? field.Raw[..^2] : field.Raw.TrimEnd((byte)'\n');
        for (var at = field.Raw.Length - field.Value.Length; at < raw.Length; )
        {
            var end = raw[at..].IndexOf((byte)';') is var semicolon and >= 0 ? at + semicolon : raw.Length;
            var tag = raw[at..end];
            var equals = tag.IndexOf((byte)'=');
            if (equals >= 0 && tag[..equals].Trim(" \t\r\n"u8).SequenceEqual("b"u8))
                return [.. raw[..(at + equals + 1)], .. raw[end..], .. "\r\n"u8];
            at = end + 1;
        }

        return [.. raw, .. "\r\n"u8];
    }
}
