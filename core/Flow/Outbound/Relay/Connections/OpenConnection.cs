using Cloud.Wire.Smtp;

namespace Cloud.Flow.Outbound.Relay.Connections;

/// <summary>A connection and whom it leads to.</summary>
/// <param name="Key">The same for connections that can stand for each other: host, port, demand, user.</param>
/// <param name="Seen">Whom, as traces tell it.</param>
sealed record OpenConnection(string Key, HostSeen Seen, SmtpConnection Connection)
{
    /// <summary>Messages on one connection. Servers have limits of their own, often 100 (RFC 9422 §4.1 tells some).</summary>
    const int MaxMessages = 100;

    /// <summary>It was used before: that the server has gone since is no fault of its.</summary>
    public bool IsOld => Connection.Transactions > 0;

    public bool CanBeKept =>
        Connection.IsUsable
        && Connection.Transactions < Math.Min(MaxMessages, Connection.Capabilities.MaxMessages ?? MaxMessages);
}
