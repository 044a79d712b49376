using System.Diagnostics.CodeAnalysis;

namespace Cloud.Trust.MtaSts;

/// <summary>What stands at <c>_mta-sts</c>: that there is a policy, and which. RFC 8461 §3.1.</summary>
/// <param name="Id">1 to 32 letters and digits; another one means another policy.</param>
public sealed record MtaStsRecord(string Id)
{
    /// <summary>Characters that are looked at: version, id and room for extensions.</summary>
    const int MaxLength = 1024;

    /// <summary>Whether a TXT record is of this kind at all: others at the name count for nothing.</summary>
    public static bool HasVersion(ReadOnlySpan<char> text) =>
        text.StartsWith("v=STSv1", StringComparison.Ordinal)
        && text["v=STSv1".Length..].TrimStart(" \t") is [] or [';', ..];

    /// <param name="text">Each octet a character.</param>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out MtaStsRecord? record)
    {
        record = null;
        if (text.Length > MaxLength || !HasVersion(text))
            return false;
        foreach (var range in text.Split(';'))
        {
            var field = text[range].Trim(" \t");
            if (record is null && field.StartsWith("id=", StringComparison.Ordinal) && IsId(field[3..]))
                record = new(field[3..].ToString());
        }

        return record is not null;
    }

    static bool IsId(ReadOnlySpan<char> text)
    {
        if (text.Length is < 1 or > 32)
            return false;
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c))
                return false;
        }

        return true;
    }
}
