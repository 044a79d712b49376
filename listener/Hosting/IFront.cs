namespace Cloud.Listener.Hosting;

/// <summary>A protocol's server side: it talks with one peer after another's connection was accepted.</summary>
public interface IFront
{
    /// <summary>What a peer gets to read when there are too many connections: its protocol's "come back later".</summary>
    ReadOnlyMemory<byte> TooManyConnections { get; }

    /// <summary>What a peer gets to read whose address is out for a while because of abuse; empty: nothing.</summary>
    ReadOnlyMemory<byte> Banned => default;

    /// <summary>Talks until the peer leaves, the session ends or the server stops; does not dispose the connection.</summary>
    /// <remarks>
    /// Without a token on purpose: <see cref="Connection.Closed"/> ends with the peer's half of the connection, and what
    /// a peer sent before it closed its half is still to be answered. A session hears of the end from its reads.
    /// </remarks>
    Task RunAsync(Connection connection);
}
