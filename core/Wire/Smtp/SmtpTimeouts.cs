namespace Cloud.Wire.Smtp;

/// <summary>How long each step of a talk with a server may take; from the command to the end of its reply.</summary>
/// <remarks>RFC 5321 §4.5.3.2, whose numbers are the least that a client should wait. What it does not name is ours.</remarks>
public sealed record SmtpTimeouts
{
    public static readonly SmtpTimeouts Default = new();

    /// <summary>Default 30 s: a host that is there answers a TCP handshake in one, and others wait to be tried.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>RFC 5321 §4.5.3.2.1: 5 minutes; servers keep strangers waiting here.</summary>
    public TimeSpan Greeting { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>EHLO, HELO, STARTTLS and each step of AUTH. Default 5 minutes, as for MAIL.</summary>
    public TimeSpan Command { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Of TLS. Default 60 s: it costs a server milliseconds.</summary>
    public TimeSpan Handshake { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>RFC 5321 §4.5.3.2.2: 5 minutes.</summary>
    public TimeSpan Mail { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>RFC 5321 §4.5.3.2.3: 5 minutes, for each recipient.</summary>
    public TimeSpan Recipient { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>RFC 5321 §4.5.3.2.4: 2 minutes, from DATA to its 354.</summary>
    public TimeSpan Data { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>RFC 5321 §4.5.3.2.5: 3 minutes, for each block of the message to leave.</summary>
    public TimeSpan Block { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>RFC 5321 §4.5.3.2.6: 10 minutes, from the final dot to its reply. To give up earlier makes duplicates.</summary>
    public TimeSpan Final { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Of RSET between messages. Default 20 s.</summary>
    public TimeSpan Reset { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>For the reply to QUIT, which changes nothing any more. Default 2 s.</summary>
    public TimeSpan Quit { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Of opening as a whole, and again of each message up to its final dot. Default 30 minutes.</summary>
    /// <remarks>It does not cut the wait for the final reply short: <see cref="Final"/> alone does.</remarks>
    public TimeSpan Budget { get; init; } = TimeSpan.FromMinutes(30);
}
