using System.Diagnostics.CodeAnalysis;

namespace Cloud.Trust.Dkim;

/// <summary>A key as a domain publishes it. RFC 6376 §3.6.1.</summary>
/// <param name="Type">k=, in lower case: rsa, ed25519 or what we do not know.</param>
/// <param name="Key">p=, decoded; empty for a revoked key.</param>
/// <param name="IsTesting">t=y.</param>
/// <param name="IsStrict">t=s: i= has to be of the very domain.</param>
/// <param name="Hashes">h=, in lower case; null for all.</param>
/// <param name="Services">s=, in lower case.</param>
sealed record DkimKeyRecord(string Type, byte[] Key, bool IsTesting, bool IsStrict, string[]? Hashes, string[] Services)
{
    public bool IsRevoked => Key.Length == 0;

    public bool IsForSha256 => Hashes is null || Hashes.Contains("sha256");

    public bool IsForMail => Services.Contains("*") || Services.Contains("email");

    /// <param name="text">The strings of the TXT record, one after another.</param>
    /// <param name="record">What was read.</param>
    /// <param name="fault">Why it is none.</param>
    public static bool TryParse(
        ReadOnlySpan<byte> text,
        [NotNullWhen(true)] out DkimKeyRecord? record,
        [NotNullWhen(false)] out string? fault
    )
    {
        record = null;
        if (!TagList.TryParse(text, out var tags, out fault))
            return false;
        // RFC 6376 §3.6.1: if there, the first, and just this.
        if (tags["v"] is { } version && (version != "DKIM1" || tags.First != "v"))
            fault = "v= is not DKIM1, or not first";
        else if (tags["p"] is not { } p)
            fault = "no p=";
        else if (TagList.Base64(p) is not { } key)
            fault = "p= is not base64";
        else
            record = Of(tags, key);
        return record is not null;
    }

    static DkimKeyRecord Of(TagList tags, byte[] key)
    {
        var flags = Words(tags["t"]) ?? [];
        return new(
            (tags["k"] ?? "rsa").ToLowerInvariant(),
            key,
            flags.Contains("y"),
            flags.Contains("s"),
            Words(tags["h"]),
            Words(tags["s"]) ?? ["*"]
        );
    }

    static string[]? Words(string? value) => value is null ? null : TagList.Split(value.ToLowerInvariant());
}
