namespace Cloud.Clients.Peers;

public sealed class PostfixTests : PeerTests
{
    private protected override Peer Peer { get; } = new Postfix();
}
