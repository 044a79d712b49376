using System.Net;
using Cloud.Listener.Hosting.Abuse;
using Cloud.Wire.Limits;

namespace Cloud.Listener.Hosting;

/// <summary>A port and who answers there.</summary>
/// <param name="Name">As in `ready smtp=…`.</param>
/// <param name="ImplicitTls">TLS from the first byte (RFC 8314).</param>
public sealed record ListenerEndpoint(string Name, IPEndPoint Address, IFront Front, bool ImplicitTls);

public sealed record ListenerLimits
{
    /// <summary>Connections open at once, all ports together. Default: what 20,000 file descriptors allow with room to spare.</summary>
    public int Connections { get; init; } = 10_000;

    /// <summary>Connections open at once from one address (IPv6: from one /64). Default: an office of 50 behind one address.</summary>
    public int ConnectionsPerAddress { get; init; } = 250;

    /// <summary>False where a proxy hides the peers' addresses: then nothing is limited, locked out or judged by
    /// address. Default: true.</summary>
    public bool TrustClientAddress { get; init; } = true;

    /// <summary>Proxies whose connections begin with a header that names the client (the PROXY protocol, versions 1 and
    /// 2), and that are believed. Default: none.</summary>
    public NetworkList Proxies { get; init; } = NetworkList.Empty;

    /// <summary>Longest wait for a proxy's header. Default: 5 seconds; the protocol asks for 3 at least, for a packet that
    /// was lost.</summary>
    public TimeSpan ProxyHeader { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How strangers are held to measure.</summary>
    public AbuseOptions Abuse { get; init; } = new();

    /// <summary>Octets read from a connection before its session takes them. Default: 64 KiB, so that a fast sender before
    /// a slow store costs no more; Kestrel's own default is 1 MiB.</summary>
    public int ReadAhead { get; init; } = 64 * 1024;

    /// <summary>Longest TLS handshake.</summary>
    public TimeSpan Handshake { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long sessions may take to finish what they are at when the server stops.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(30);
}
