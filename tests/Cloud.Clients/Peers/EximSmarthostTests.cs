namespace Cloud.Clients.Peers;

/// <summary>Exim as the host that sends for us: it wants a login, and its certificate is verified.</summary>
public abstract class EximSmarthostTests(string mechanism) : PeerTests
{
    private protected override Peer Peer { get; } = new Exim(mechanism);

    private protected override string[] Relaying =>
        ["--smarthost", $"{Peers.Peer.Host}:{Peer.Port},starttls,user={Exim.Login}"];

    protected override IReadOnlyDictionary<string, string> Variables =>
        new Dictionary<string, string>
        {
            ["CLOUD_SMARTHOST_SECRET"] = Exim.Password,
            ["SSL_CERT_FILE"] = Peer.Certificate, // the system's roots, for this process
        };
}

public sealed class EximPlainTests() : EximSmarthostTests("PLAIN");

public sealed class EximLoginTests() : EximSmarthostTests("LOGIN");
