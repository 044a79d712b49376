using Cloud.Dns;
using Cloud.Mail.Headers;
using Cloud.Trust.Dkim;

namespace Cloud.Trust.Arc;

/// <summary>What one forwarder says it saw and did. RFC 8617 §4.2.</summary>
/// <remarks>Worth something only in a chain that passes, and then as much as its sealer: <see cref="ArcVerdict.TrustedSet"/>.</remarks>
/// <param name="Instance">i=, from 1 for the first forwarder to 50.</param>
/// <param name="Sealer">d= of the seal.</param>
/// <param name="Selector">s= of the seal.</param>
/// <param name="ChainValidation">cv= of the seal: none, pass or fail, what this forwarder made of the chain before it.</param>
public sealed record ArcSet(int Instance, DnsName Sealer, string Selector, string ChainValidation)
{
    /// <summary>
    /// What it found out about the message (ARC-Authentication-Results); null where that makes no sense. Text of a
    /// stranger.
    /// </summary>
    public AuthenticationResults? Results { get; init; }

    /// <summary>
    /// Of its ARC-Message-Signature: a pass means that the message is still as it left this forwarder. Null when it was not
    /// looked at, as behind one that does not verify.
    /// </summary>
    public DkimResult? Signature { get; init; }

    /// <summary>Of its ARC-Seal; null when it was not looked at.</summary>
    public DkimResult? Seal { get; init; }

    /// <summary>Its signature covers every From field that the message has: nobody put another author on it.</summary>
    public bool SignsFrom { get; init; }

    /// <summary>The message, author and whole body, is as it left this forwarder.</summary>
    public bool HoldsMessage => Signature is { IsPass: true, UncoveredOctets: 0 } && SignsFrom;

    /// <summary>The same, as far as can be told for now.</summary>
    public bool MayHoldMessage =>
        Signature is { UncoveredOctets: 0 } and ({ IsPass: true } or { IsUnknown: true }) && SignsFrom;

    /// <summary>What it says of a method: `dmarc`, `spf`, `dkim`. The first one; null where it says nothing.</summary>
    public AuthenticationResult? ResultOf(string method) =>
        Results?.Results.FirstOrDefault(result => result.Method.Equals(method, StringComparison.OrdinalIgnoreCase));
}
