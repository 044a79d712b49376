using Cloud.Store.Directory;

namespace Cloud.Flow.Keys;

/// <summary>A domain's signing keys of one generation, as everybody may know them.</summary>
/// <param name="Name">What both selectors begin with.</param>
/// <param name="Since">When its state was reached.</param>
/// <param name="Keys">RSA first, then Ed25519.</param>
public sealed record DomainKeyPair(
    string Name,
    DomainKeyState State,
    DateTimeOffset Since,
    IReadOnlyList<PublishedKey> Keys
)
{
    /// <summary>How long a retired pair stays published: mail is tried for five days (RFC 5321 §4.5.4.1), then read.</summary>
    public static readonly TimeSpan RetiredFor = TimeSpan.FromDays(7);

    /// <summary>When its records may go; null while it is not retired.</summary>
    public DateTimeOffset? Until => State == DomainKeyState.Retired ? Since + RetiredFor : null;
}

/// <summary>A public key to be published at <c>Selector._domainkey.domain</c>.</summary>
/// <param name="Text">The TXT record's text in one piece; its strings have 255 octets at most.</param>
public sealed record PublishedKey(string Selector, string Text);
