using System.Buffers;
using System.Text;
using Cloud.Mail.Encodings;

namespace Cloud.Mail.Headers;

/// <summary>Header blocks and field values as bytes.</summary>
public static class HeaderText
{
    static readonly SearchValues<byte> Dropped = SearchValues.Create("\r\n\0"u8);

    /// <summary>A field's value as one line: line ends go, the white space of folds stays, the ends are trimmed.</summary>
    /// <remarks>RFC 5322 §2.2.3. Stray CR, LF and NUL go as well: no protocol that shows a header can carry them.</remarks>
    public static byte[] Unfold(ReadOnlySpan<byte> value)
    {
        var trimmed = value.Trim(" \t\r\n\0"u8);
        if (trimmed.IndexOfAny(Dropped) < 0)
            return trimmed.ToArray();
        var line = new byte[trimmed.Length];
        var length = CopyUnfolded(trimmed, line);
        return line[..length];
    }

    /// <summary>A field's value as text: unfolded, encoded words decoded. RFC 5322 §2.2.1 unstructured.</summary>
    /// <param name="value">As it stands, folded.</param>
    /// <param name="hint">The charset to guess for undeclared octets that are not UTF-8; null for windows-1252.</param>
    public static string Decode(ReadOnlySpan<byte> value, string? hint = null) =>
        EncodedWords.Decode(Unfold(value), hint);

    /// <summary>The exact bytes of the fields named (or of all others), and the blank line that ends a header.</summary>
    /// <remarks>BODY[HEADER.FIELDS (…)] and BODY[HEADER.FIELDS.NOT (…)], RFC 9051 §6.4.5.1.</remarks>
    /// <param name="block">A header block.</param>
    /// <param name="names">Field names, ASCII, any case.</param>
    /// <param name="not">Takes every field but those.</param>
    public static byte[] Select(ReadOnlySpan<byte> block, IReadOnlyList<string> names, bool not = false)
    {
        using var chosen = new PooledWriter(256);
        foreach (var field in new HeaderReader(block))
        {
            if (IsNamed(field.Name, names) == not)
                continue;
            chosen.Write(field.Raw);
            if (field.Raw[^1] != '\n')
                chosen.Write("\r\n"u8); // the block ended without a line end
        }

        chosen.Write("\r\n"u8);
        return chosen.Written.ToArray();
    }

    internal static int CopyUnfolded(ReadOnlySpan<byte> value, Span<byte> line)
    {
        var length = 0;
        while (!value.IsEmpty)
        {
            var stop = value.IndexOfAny(Dropped);
            var run = stop < 0 ? value : value[..stop];
            run.CopyTo(line[length..]);
            length += run.Length;
            value = stop < 0 ? [] : value[(stop + 1)..];
        }

        return length;
    }

    static bool IsNamed(ReadOnlySpan<byte> name, IReadOnlyList<string> names)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (Ascii.EqualsIgnoreCase(name, names[i]))
                return true;
        }

        return false;
    }
}
