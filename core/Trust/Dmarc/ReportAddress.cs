using System.Globalization;
using Cloud.Mail;

namespace Cloud.Trust.Dmarc;

/// <summary>Where reports go: <c>mailto:</c> alone, the only scheme there is a use for. RFC 7489 §6.2.</summary>
/// <param name="Address">The mailbox.</param>
/// <param name="MaxSize">Octets of a report, as its transport counts them; null for no limit.</param>
public sealed record ReportAddress(EmailAddress Address, long? MaxSize)
{
    /// <summary>Addresses taken of a list. Two are what everybody has to take: RFC 7489 §6.2.</summary>
    public const int MaxCount = 10;

    const string Scheme = "mailto:";

    /// <summary>Reads a list with commas; what is no address is left out.</summary>
    public static IReadOnlyList<ReportAddress> ParseList(ReadOnlySpan<char> value)
    {
        var list = new List<ReportAddress>();
        foreach (var range in value.Split(','))
        {
            if (list.Count == MaxCount)
                break;
            if (TryParse(value[range].Trim(" \t")) is { } address && !list.Contains(address))
                list.Add(address);
        }

        return list;
    }

    /// <summary>A comma or "!" of the address itself is percent-encoded. RFC 7489 §6.2.</summary>
    static ReportAddress? TryParse(ReadOnlySpan<char> uri)
    {
        if (!uri.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return null;
        var rest = uri[Scheme.Length..];
        long? size = null;
        if (rest.LastIndexOf('!') is >= 0 and var mark)
        {
            if (TryReadSize(rest[(mark + 1)..]) is not { } read)
                return null;
            size = read;
            rest = rest[..mark];
        }

        if (rest.IndexOf('?') is >= 0 and var query)
            rest = rest[..query];
        var text = Uri.UnescapeDataString(rest.ToString());
        return !text.Any(char.IsControl) && EmailAddress.TryParse(text) is { } address ? new(address, size) : null;
    }

    /// <summary>1*DIGIT [ "k" / "m" / "g" / "t" ], powers of 1024.</summary>
    static long? TryReadSize(ReadOnlySpan<char> text)
    {
        var shift = text is [.., var unit]
            ? " kmgt".IndexOf(char.ToLowerInvariant(unit), StringComparison.Ordinal) * 10
            : 0;
        if (shift > 0)
            text = text[..^1];
        return
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count <= long.MaxValue >> Math.Max(shift, 0)
            ? count << Math.Max(shift, 0)
            : null;
    }
}
