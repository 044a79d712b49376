namespace Cloud.Wire.Smtp;

/// <summary>Where in the talk with a server something happened.</summary>
public enum SmtpPhase
{
    Connect,
    Greeting,

    /// <summary>EHLO or HELO.</summary>
    Hello,

    /// <summary>STARTTLS, and the handshake behind it or at the start.</summary>
    Tls,

    /// <summary>AUTH.</summary>
    Authentication,

    /// <summary>RSET.</summary>
    Reset,

    /// <summary>Before anything of a message was said: it does not fit the server, or the server has gone.</summary>
    Envelope,

    /// <summary>MAIL.</summary>
    Mail,

    /// <summary>RCPT.</summary>
    Recipient,

    /// <summary>DATA, up to its 354.</summary>
    Data,

    /// <summary>The message, up to but without its final dot or last chunk.</summary>
    Content,

    /// <summary>From the final dot or last chunk to its reply.</summary>
    Final,
}

/// <summary>What went wrong.</summary>
public enum SmtpFault
{
    /// <summary>The server answered so; see the reply.</summary>
    Refused,

    /// <summary>Nobody could be reached.</summary>
    Connect,

    Timeout,

    /// <summary>The connection broke, or was closed without a word.</summary>
    Lost,

    /// <summary>What was read is no SMTP, is over a limit, or came without being asked for.</summary>
    Protocol,

    /// <summary>TLS could not be agreed upon.</summary>
    Handshake,

    /// <summary>The certificate is not what was demanded.</summary>
    Certificate,

    /// <summary>TLS is demanded, and the server has none.</summary>
    TlsNotOffered,

    /// <summary>No mechanism of AUTH fits the credentials, or TLS would be needed for them.</summary>
    AuthenticationNotOffered,

    /// <summary>The server lacks an extension without which the message or recipient cannot go.</summary>
    NotSupported,

    /// <summary>Above the limit the server told.</summary>
    TooLarge,

    /// <summary>An address or parameter that cannot be written in the protocol.</summary>
    Unwritable,

    /// <summary>The message's own octets could not be read.</summary>
    Content,

    /// <summary>The caller's cancellation, while the final reply was awaited.</summary>
    Cancelled,
}

/// <summary>Why something did not succeed.</summary>
/// <param name="Phase">Where.</param>
/// <param name="Fault">What.</param>
/// <param name="Status">For notices: the reply's, or the one of RFC 3463 that says it best. Its first digit tells 4 from 5.</param>
/// <param name="Reason">One line for traces and notices.</param>
/// <param name="Reply">Null unless the server answered.</param>
public sealed record SmtpFailure(
    SmtpPhase Phase,
    SmtpFault Fault,
    string Status,
    string Reason,
    SmtpReply? Reply = null
)
{
    /// <summary>Trying again will not help.</summary>
    public bool IsPermanent => Status[0] == '5';

    /// <summary>Several commands were unanswered then: the server may be one that breaks PIPELINING; try without.</summary>
    public bool WhilePipelining { get; init; }
}
