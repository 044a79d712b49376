namespace Cloud.Wire.Smtp;

/// <summary>A connection to a server, for one message after another. Not for several callers at a time.</summary>
/// <remarks>
/// Nothing is thrown but the caller's cancellation: what goes wrong is told as a value. A message counts as sent only when
/// the reply to its final dot was read and is 2xx; where the dot went out and the reply did not come back, the outcome says
/// so. After any doubt about what belongs to what, the connection is closed.
/// </remarks>
public sealed class SmtpConnection : IAsyncDisposable
{
    readonly SmtpChannel channel;

    internal SmtpConnection(SmtpChannel channel, SmtpReply greeting, SmtpCapabilities capabilities, SmtpTlsFacts? tls)
    {
        this.channel = channel;
        (Greeting, Capabilities, Tls) = (greeting, capabilities, tls);
    }

    public SmtpReply Greeting { get; }

    /// <summary>As told last, behind TLS if there is any.</summary>
    public SmtpCapabilities Capabilities { get; }

    /// <summary>Null: in clear.</summary>
    public SmtpTlsFacts? Tls { get; }

    /// <summary>How STARTTLS was refused where it was only wished for; null: it was not.</summary>
    public SmtpReply? TlsRefusal { get; internal init; }

    /// <summary>Whether another message can be sent. The server may have gone all the same: then the next outcome says so.</summary>
    public bool IsUsable => channel.IsUsable;

    /// <summary>Transactions begun so far: a server that has gone since the last one is no sign of a fault.</summary>
    public int Transactions { get; private set; }

    /// <summary>Connects, reads the greeting, says EHLO (or HELO), goes over to TLS and logs in, as the options have it.</summary>
    /// <exception cref="OperationCanceledException">By <paramref name="cancel"/>.</exception>
    public static ValueTask<SmtpOpening> OpenAsync(SmtpOptions options, CancellationToken cancel) =>
        new Opening(options).RunAsync(cancel);

    /// <summary>Sends a message in one transaction.</summary>
    /// <returns>One outcome for each recipient.</returns>
    /// <exception cref="OperationCanceledException">
    /// By <paramref name="cancel"/>, before the final dot: the message was not taken, and the connection is closed. Later
    /// cancellation is told as an outcome, since the message may have been taken.
    /// </exception>
    /// <exception cref="InvalidOperationException">The connection is not usable any more.</exception>
    public ValueTask<SmtpOutcome> SendAsync(SmtpMessage message, CancellationToken cancel)
    {
        if (!channel.IsUsable)
            throw new InvalidOperationException("The connection is closed.");
        Transactions++;
        return new Transaction(this, channel, message).RunAsync(cancel);
    }

    /// <summary>Says RSET: whether the server is still there.</summary>
    /// <returns>Null when it is; otherwise the connection is closed.</returns>
    /// <exception cref="OperationCanceledException">By <paramref name="cancel"/>.</exception>
    public ValueTask<SmtpFailure?> ResetAsync(CancellationToken cancel) => channel.ResetAsync(cancel);

    /// <summary>Says QUIT if that can be, waits <see cref="SmtpTimeouts.Quit"/> at most, and closes.</summary>
    public ValueTask DisposeAsync() => channel.QuitAsync();
}
