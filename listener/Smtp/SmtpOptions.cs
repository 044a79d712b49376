namespace Cloud.Listener.Smtp;

public enum SmtpRole
{
    /// <summary>Port 25: mail from anywhere to our own domains.</summary>
    Relay,

    /// <summary>Ports 587 and 465: our users' mail to anywhere, once they have authenticated (RFC 6409, RFC 8314).</summary>
    Submission,
}

/// <summary>How an SMTP port behaves.</summary>
public sealed record SmtpOptions
{
    /// <summary>How this server names itself in its greeting and in Received fields.</summary>
    public required string Hostname { get; init; }

    public SmtpRole Role { get; init; } = SmtpRole.Relay;

    /// <summary>Domain of a <c>Postmaster</c> without one (RFC 5321 §4.5.1). Default: the host's name.</summary>
    public string? PostmasterDomain { get; init; }

    /// <summary>Octets of a message as sent. At least 64 KiB (RFC 5321 §4.5.3.1.7). Default: 50 MiB, twice what the
    /// large providers let through with attachments in base64.</summary>
    public long MaxMessageSize { get; init; } = 50L * 1024 * 1024;

    /// <summary>Octets read and thrown away beyond <see cref="MaxMessageSize"/> before the peer is cut off. Default: as
    /// much again, so that a sender who did not look at SIZE still gets its 552.</summary>
    public long MaxDiscard { get; init; } = 50L * 1024 * 1024;

    /// <summary>Recipients of a message, at least 100 (RFC 5321 §4.5.3.1.8). Default: 1,000, as Postfix.</summary>
    public int MaxRecipients { get; init; } = 1000;

    /// <summary>Refused recipients of a session. Default: a tenth of <see cref="MaxRecipients"/>: a list with that many
    /// dead addresses is being guessed.</summary>
    public int MaxRefusedRecipients { get; init; } = 100;

    /// <summary>Other permanent errors since the last message kept. Default: 10, half of Postfix's hard limit.</summary>
    public int MaxErrors { get; init; } = 10;

    /// <summary>Longest time a submitted message may be held before it is sent (RFC 4865). Default: 60 days.</summary>
    public TimeSpan MaxHold { get; init; } = TimeSpan.FromDays(60);

    /// <summary>
    /// The Received field of a submitted message tells the client's name and address, as Postfix does by default. Default:
    /// false, as with the large providers: where its author sits is nobody's business, and it is in the log.
    /// </summary>
    public bool TellsClient { get; init; }

    /// <summary>Tokens of OAuth 2.0 are taken, too: the gateway can have them checked. Default: false.</summary>
    public bool TakesTokens { get; init; }

    /// <summary>Longest wait for a whole command line. Default: 5 minutes (RFC 5321 §4.5.3.2.7).</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest wait for more of a message. Default: 5 minutes, more than the 3 a sender may take
    /// (RFC 5321 §4.5.3.2.5).</summary>
    public TimeSpan DataTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest time a DATA or BDAT may take. Default: 1 hour, 50 MiB at 116 kbit/s.</summary>
    public TimeSpan MessageTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Longest TLS handshake. Default: 30 seconds.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>All that is wrong with these options, in words; empty when nothing is.</summary>
    public IEnumerable<string> Faults()
    {
        if (!SmtpReader.IsHelo(Hostname))
            yield return $"Hostname «{Hostname}» is no domain name";
        if (MaxMessageSize < 64 * 1024)
            yield return $"MaxMessageSize {MaxMessageSize} is under 65536";
        if (MaxDiscard < 0)
            yield return $"MaxDiscard {MaxDiscard} is negative";
        if (MaxRecipients < 100)
            yield return $"MaxRecipients {MaxRecipients} is under 100";
        if (MaxErrors < 1 || MaxRefusedRecipients < 1)
            yield return "MaxErrors and MaxRefusedRecipients must be at least 1";
        if (MaxHold < TimeSpan.Zero || MaxHold.TotalSeconds > 999_999_999)
            yield return "MaxHold must be from nothing to 999999999 seconds";
        TimeSpan[] times = [CommandTimeout, DataTimeout, MessageTimeout, HandshakeTimeout];
        if (times.Any(time => time <= TimeSpan.Zero || time > TimeSpan.FromDays(1)))
            yield return "Every timeout must be more than nothing and at most a day";
    }
}
