namespace Cloud.Clients.Peers;

public sealed class EximTests : PeerTests
{
    private protected override Peer Peer { get; } = new Exim();
}
