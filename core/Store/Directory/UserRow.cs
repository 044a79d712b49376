namespace Cloud.Store.Directory;

/// <summary>A user: an address with its account and credentials.</summary>
/// <param name="Removing">Being deleted, or deleted and still to be had back: no login, no mail.</param>
sealed record UserRow(string Address, AccountId Account, Credentials Credentials, bool Removing)
{
    /// <summary>Where mail for the user goes as well, or instead; null for nowhere else.</summary>
    public UserForward? Forward { get; init; }

    /// <summary>A route: nobody logs in, webhooks alone tell of its mail. Its address may be a pattern.</summary>
    public bool IsRoute { get; init; }

    /// <summary>A shared mailbox: nobody logs in, others read its mail as they are granted to.</summary>
    public bool IsShared { get; init; }

    /// <summary>No login and no sending; mail still comes in.</summary>
    public bool Suspended { get; init; }

    /// <summary>Of one being deleted: its mail is kept until then, and it can come back; null: there is no way back.</summary>
    public DateTimeOffset? KeptUntil { get; init; }

    /// <summary>At most <see cref="AppPassword.Most"/>.</summary>
    public IReadOnlyList<AppPassword> AppPasswords { get; init; } = [];

    /// <summary>Edits that asked for the user to be as they knew it: each makes it another one.</summary>
    public long Edits { get; init; }

    /// <summary>May log in and send.</summary>
    public bool IsActive => !Removing && !Suspended && !IsShared;

    /// <summary>All that it can log in with: the user's own password first, then those of its programs.</summary>
    public IEnumerable<Credentials> AllCredentials =>
        AppPasswords
            .Select(one => Credentials with { StoredKey = one.StoredKey, ServerKey = one.ServerKey })
            .Prepend(Credentials);
}

/// <param name="Targets">1 to <see cref="MailDirectory.MaxAliasTargets"/> addresses.</param>
/// <param name="Keeps">The user's own mailbox gets it, too.</param>
sealed record UserForward(IReadOnlyList<string> Targets, bool Keeps);

/// <summary>What is kept of a password: enough to check it and for SCRAM, useless for logging in elsewhere.</summary>
/// <param name="Iterations">Of PBKDF2-HMAC-SHA-256.</param>
/// <param name="StoredKey">H(ClientKey), RFC 5802 §3.</param>
/// <param name="ServerKey">HMAC(SaltedPassword, "Server Key").</param>
sealed record Credentials(byte[] Salt, int Iterations, byte[] StoredKey, byte[] ServerKey);
