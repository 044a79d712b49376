namespace Cloud.Listener.Pop3;

/// <summary>What an operator may choose about POP3.</summary>
public sealed record Pop3Options
{
    /// <summary>
    /// Passwords in clear from this machine itself (127.0.0.0/8, ::1) are taken; from anywhere else they need TLS.
    /// Default: true, since nobody listens on a loopback interface who could not read the store as well.
    /// </summary>
    public bool AllowPlainTextOnLoopback { get; init; } = true;

    /// <summary>Tokens of OAuth 2.0 are taken, too: the gateway can have them checked. Default: false.</summary>
    public bool TakesTokens { get; init; }

    /// <summary>Longest silence of a client. Default and least value: RFC 1939 §3.</summary>
    public TimeSpan Inactivity { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Longest handshake after STLS. Default: as on the ports with TLS from the first byte.</summary>
    public TimeSpan Handshake { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Faulty commands and failed logins after which a session ends. Default: what mail servers commonly bear.</summary>
    public int MaxErrors { get; init; } = 10;
}
