namespace Cloud.Wire.Sasl;

public enum SaslStatus
{
    /// <summary>Send <see cref="SaslStep.Challenge"/> and read the client's next line.</summary>
    Challenge,

    /// <summary>The client is who it says.</summary>
    Ok,

    /// <summary>Wrong name, password or proof, or a wish to act as somebody else.</summary>
    WrongCredentials,

    /// <summary>Too many failures before this one.</summary>
    LockedOut,

    /// <summary>The client cancelled with <c>*</c>.</summary>
    Cancelled,

    /// <summary>Not base64, or not what the mechanism's grammar says.</summary>
    Malformed,
}

/// <summary>What to do after a client's line.</summary>
/// <param name="Challenge">
/// In base64, as it goes onto the wire; empty unless the status is Challenge, and maybe then, or <see cref="TellsWhy"/>.
/// </param>
public readonly record struct SaslStep(SaslStatus Status, string Challenge)
{
    /// <summary>
    /// The login has failed, and counts as that from now on; the reason goes out as a challenge, and the client's line after
    /// it, whatever it is, is answered with the failure: no protocol has room for words beside that (RFC 7628 §3.2.3).
    /// </summary>
    public bool TellsWhy => Status == SaslStatus.WrongCredentials && Challenge.Length > 0;

    public SaslStep(SaslStatus status)
        : this(status, "") { }

    public static SaslStep Refuse(ReadOnlySpan<byte> why) =>
        new(SaslStatus.WrongCredentials, Convert.ToBase64String(why));

    public static SaslStep Ask(ReadOnlySpan<byte> challenge) =>
        new(SaslStatus.Challenge, Convert.ToBase64String(challenge));
}
