namespace Cloud.Store.Directory;

/// <summary>A pair of keys with which a domain signs, RSA and Ed25519.</summary>
/// <param name="Name">What both selectors begin with.</param>
/// <param name="Since">When its state was reached.</param>
/// <param name="RsaText">What DNS tells of it: public.</param>
/// <param name="Rsa">The private key, sealed; empty once it is retired.</param>
sealed record DomainKeyRow(
    string Name,
    DomainKeyState State,
    DateTimeOffset Since,
    string RsaText,
    byte[] Rsa,
    string Ed25519Text,
    byte[] Ed25519
);

/// <summary>Where a pair of keys stands.</summary>
public enum DomainKeyState
{
    /// <summary>Made and to be published; does not sign yet.</summary>
    Upcoming,

    /// <summary>Signs.</summary>
    Active,

    /// <summary>Signs no more, and the private keys are gone; published until what it signed has arrived.</summary>
    Retired,
}
