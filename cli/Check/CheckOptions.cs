using System.Net;

namespace Cloud.Cli.Check;

/// <summary>Whom to ask, and how.</summary>
/// <param name="Host">The server's name: what its certificate must be for.</param>
/// <param name="Domain">A domain that it receives mail for.</param>
sealed record CheckOptions(string Host, string Domain)
{
    /// <summary>Where to connect, when the name does not lead there yet.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>A certificate that no client would trust is a warning then, no failure.</summary>
    public bool AllowUntrusted { get; init; }

    /// <summary>Longest wait for a connection, a handshake or an answer. Default 30 seconds: with nobody at work, the
    /// first transaction waits for the Functions app to wake.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait for a message that was taken to be in its mailbox. Default a minute: what could not be filed
    /// at once is filed by a queue's worker, which may have to wake.</summary>
    public TimeSpan Delivery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether the connection does not leave the machine.</summary>
    public bool IsLocal => Address is { } address && IPAddress.IsLoopback(address);

    /// <summary>Where the connection does not leave the machine, a password in the clear is common, and only a warning.</summary>
    public Verdict ClearPassword => IsLocal ? Verdict.Warning : Verdict.Failed;

    /// <summary>A user that nobody has, at <see cref="Domain"/>.</summary>
    public required string Nobody { get; init; }
}
