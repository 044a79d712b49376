namespace Cloud.Trust.Dkim;

/// <summary>What a signature came to. RFC 8601 §2.7.1; "none" is that there is no result at all.</summary>
public enum DkimVerdict
{
    /// <summary>It verifies.</summary>
    Pass,

    /// <summary>It was evaluated and does not verify.</summary>
    Fail,

    /// <summary>It verifies or might, but is not accepted: SHA-1, a short key, expired.</summary>
    Policy,

    /// <summary>It cannot be read.</summary>
    Neutral,

    /// <summary>The key could not be had for now.</summary>
    TempError,

    /// <summary>It can never verify: no key, a revoked one, From is not signed.</summary>
    PermError,
}
