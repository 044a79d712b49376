using Cloud.Clients.Dns;

namespace Cloud.Clients.Peers;

/// <summary>A name server that knows where mail for <see cref="Peer.Domain"/> goes: dnsmasq, on this machine alone.</summary>
sealed class PeerWorld : IAsyncDisposable
{
    readonly DnsProcess process;

    PeerWorld(DnsProcess process, int port) => (this.process, Port) = (process, port);

    public int Port { get; }

    public static bool IsPossible => DnsProcess.Find("dnsmasq") is not null;

    public static void Require() => Skip.IfNot(IsPossible, "dnsmasq is not installed");

    public static async Task<PeerWorld> StartAsync()
    {
        var port = FreePort.Find();
        return new(
            await DnsProcess.StartAsync(
                "dnsmasq",
                "cleared cache",
                "--keep-in-foreground",
                "--log-facility=-",
                "--conf-file=/dev/null",
                "--pid-file",
                "--user=",
                $"--port={port}",
                "--listen-address=127.0.0.1",
                "--bind-interfaces",
                "--no-resolv",
                "--no-hosts",
                "--local=/test/",
                $"--mx-host={Peer.Domain},{Peer.Host},10",
                $"--host-record={Peer.Host},127.0.0.1"
            ),
            port
        );
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();
}
