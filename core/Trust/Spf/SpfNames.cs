using System.Text;
using Cloud.Dns;

namespace Cloud.Trust.Spf;

/// <summary>Names as macros have them: octets with dots between, nothing escaped. RFC 7208 §4.8.</summary>
static class SpfNames
{
    /// <summary>Characters of a name. RFC 7208 §7.3.</summary>
    const int MaxLength = 253;

    /// <summary>Characters of an expansion that is still looked at; only its last 253 could count.</summary>
    public const int MaxExpansion = 16 * 1024;

    /// <summary>A domain as mail has it; beyond ASCII it becomes A-labels.</summary>
    public static DnsName? TryParse(string text)
    {
        DnsName? name;
        if (Ascii.IsValid(text))
            return text.Length <= DnsName.MaxLength && DnsName.TryFromOctets(Encoding.ASCII.GetBytes(text), out name)
                ? name
                : null;
        return !text.Contains('\\', StringComparison.Ordinal) && DnsName.TryParse(text, out name) ? name : null;
    }

    /// <summary>The name that an expansion gives, without labels from the left where it is too long. RFC 7208 §7.3.</summary>
    /// <returns>Null for what is no name, and what is beyond ASCII.</returns>
    public static DnsName? FromExpansion(ReadOnlySpan<char> text)
    {
        if (text.Length > MaxExpansion)
            return null;
        if (text.EndsWith('.'))
            text = text[..^1];
        while (text.Length > MaxLength)
        {
            var dot = text.IndexOf('.');
            if (dot < 0)
                return null;
            text = text[(dot + 1)..];
        }

        return Ascii.IsValid(text) && DnsName.TryFromOctets(Encoding.ASCII.GetBytes(text.ToArray()), out var name)
            ? name
            : null;
    }

    public static string ToMacroText(this DnsName name)
    {
        var text = new StringBuilder();
        var wire = name.Wire;
        for (var at = 0; wire[at] != 0; at += wire[at] + 1)
            text.Append(at > 0 ? "." : "").Append(Encoding.Latin1.GetString(wire.Slice(at + 1, wire[at])));
        return text.ToString();
    }
}
