using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Cloud.Trust.Scanners;

/// <summary>Where a scanner listens: <c>host:port</c>, <c>[address]:port</c> or <c>unix:/path</c>.</summary>
public sealed record ScanEndpoint
{
    readonly EndPoint address;

    ScanEndpoint(EndPoint address, string text) => (this.address, Text) = (address, text);

    /// <summary>As it was given.</summary>
    public string Text { get; }

    /// <returns>Null for text that is none.</returns>
    public static ScanEndpoint? TryParse(string text)
    {
        if (text.StartsWith("unix:", StringComparison.Ordinal))
        {
            var path = text["unix:".Length..];
            return path.Length is > 1 and < MaxPath && path[0] == '/'
                ? new(new UnixDomainSocketEndPoint(path), text)
                : null;
        }

        var colon = text.LastIndexOf(':');
        if (
            colon <= 0
            || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port is 0 or > IPEndPoint.MaxPort
        )
            return null;
        var host = text[..colon];
        if (host is ['[', .., ']'] && IPAddress.TryParse(host.AsSpan(1, host.Length - 2), out var v6))
            return new(new IPEndPoint(v6, port), text);
        if (Uri.CheckHostName(host) is not (UriHostNameType.Dns or UriHostNameType.IPv4))
            return null;
        return new(IPAddress.TryParse(host, out var v4) ? new IPEndPoint(v4, port) : new DnsEndPoint(host, port), text);
    }

    /// <summary>Octets of a socket's path: sun_path of unix(7) has 108 with its end.</summary>
    const int MaxPath = 108;

    public override string ToString() => Text;

    /// <exception cref="SocketException">Nobody is there.</exception>
    internal async ValueTask<Stream> ConnectAsync(CancellationToken cancel)
    {
        var socket = address switch
        {
            UnixDomainSocketEndPoint => new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified),
            _ => new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true },
        };
        try
        {
            await socket.ConnectAsync(address, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
