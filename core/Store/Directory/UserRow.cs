namespace Cloud.Store.Directory;

/// <summary>A user: an address with its account and credentials.</summary>
/// <param name="Removing">Being deleted: no login, no mail.</param>
sealed record UserRow(string Address, AccountId Account, Credentials Credentials, bool Removing)
{
    /// <summary>Where mail for the user goes as well, or instead; null for nowhere else.</summary>
    public UserForward? Forward { get; init; }

    /// <summary>A route: nobody logs in, webhooks alone tell of its mail. Its address may be a pattern.</summary>
    public bool IsRoute { get; init; }
}

/// <param name="Targets">1 to <see cref="MailDirectory.MaxAliasTargets"/> addresses.</param>
/// <param name="Keeps">The user's own mailbox gets it, too.</param>
sealed record UserForward(IReadOnlyList<string> Targets, bool Keeps);

/// <summary>What is kept of a password: enough to check it and for SCRAM, useless for logging in elsewhere.</summary>
/// <param name="Iterations">Of PBKDF2-HMAC-SHA-256.</param>
/// <param name="StoredKey">H(ClientKey), RFC 5802 §3.</param>
/// <param name="ServerKey">HMAC(SaltedPassword, "Server Key").</param>
sealed record Credentials(byte[] Salt, int Iterations, byte[] StoredKey, byte[] ServerKey);
