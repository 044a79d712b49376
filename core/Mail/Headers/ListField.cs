using System.Buffers;
using Cloud.Mail.Charsets;

namespace Cloud.Mail.Headers;

/// <summary>The fields mailing lists add: List-Id (RFC 2919), List-Unsubscribe and its kin (RFC 2369).</summary>
public static class ListField
{
    /// <summary>URIs taken of one field; lists give one or two.</summary>
    const int MaxUris = 100;

    /// <summary>Octets looked at of a field; real ones have under 4 KiB.</summary>
    const int MaxLength = 64 * 1024;

    static readonly SearchValues<byte> Brackets = SearchValues.Create("<>"u8);

    /// <summary>The list's identifier in lower case, by which lists are told apart. RFC 2919 §6.</summary>
    /// <param name="value">What follows the colon, folded or not.</param>
    /// <returns>What stands in the last angle brackets, else the whole value; null if that is nothing.</returns>
    public static string? Id(ReadOnlySpan<byte> value)
    {
        var text = new Octets(HeaderText.Unfold(value[..Math.Min(value.Length, MaxLength)]));
        var isBare = !text.Span.Contains((byte)'<');
        var id = AddressText.Clean(Identifier(text), spaced: false, comments: isBare, quotes: false);
        return id.IsNilOrEmpty ? null : Charset.Guess(id.Span).ToLowerInvariant();
    }

    /// <summary>The identifier of a List-Id as it stands, in brackets after what may be a name. RFC 2919 §3.</summary>
    /// <param name="value">Unfolded.</param>
    internal static Octets Identifier(Octets value)
    {
        var open = value.Span.LastIndexOf((byte)'<') + 1;
        var length = value.Span[open..].IndexOf((byte)'>');
        var id = value.Slice(open, length < 0 ? value.Length - open : length);
        return id.IsNilOrEmpty ? default : id;
    }

    /// <summary>The URIs of List-Help, -Subscribe, -Unsubscribe, -Post, -Owner and -Archive, the best one first.</summary>
    /// <param name="value">What follows the colon, folded or not.</param>
    /// <returns>Empty for <c>NO</c> (RFC 2369 §3.4). White space inside goes (§2); the scheme may be any.</returns>
    public static IReadOnlyList<string> Uris(ReadOnlySpan<byte> value)
    {
        var uris = new List<string>();
        var reader = new StructuredReader(HeaderText.Unfold(value[..Math.Min(value.Length, MaxLength)]));
        while (uris.Count < MaxUris)
        {
            reader.SkipSpace();
            if (reader.AtEnd)
                break;
            if (!reader.TrySkip((byte)'<'))
            {
                reader.SkipOne(); // RFC 2369 §2: what is no URI in angle brackets means nothing
                continue;
            }

            // A comma inside has to be escaped in mailto (RFC 6068 §2), and is not in many a https URI.
            var uri = Charset.Guess(Bracketed(ref reader)).Replace(" ", "", StringComparison.Ordinal);
            if (uri.Contains(':', StringComparison.Ordinal))
                uris.Add(uri.Replace("\t", "", StringComparison.Ordinal));
        }

        return uris;
    }

    /// <summary>Up to the closing bracket; where it is missing, up to the comma.</summary>
    static ReadOnlySpan<byte> Bracketed(ref StructuredReader reader)
    {
        var uri = reader.Until(Brackets);
        if (reader.TrySkip((byte)'>'))
            return uri;
        var comma = uri.IndexOf((byte)',');
        return comma < 0 ? uri : uri[..comma];
    }
}
