namespace Cloud.Listener.Hosting;

/// <summary>A protocol's server side: it talks with one peer after another's connection was accepted.</summary>
public interface IFront
{
    /// <summary>What a peer gets to read when there are too many connections: its protocol's "come back later".</summary>
    ReadOnlyMemory<byte> TooManyConnections { get; }

    /// <summary>Talks until the peer leaves, the session ends or the server stops; does not dispose the connection.</summary>
    /// <param name="cancel">Cancelled when the connection is gone.</param>
    Task RunAsync(Connection connection, CancellationToken cancel);
}
