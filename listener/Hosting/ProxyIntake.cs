using System.Net;
using Cloud.Wire.Limits;
using Cloud.Wire.Proxy;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Hosting;

/// <summary>Reads, before anything else, whom a trusted proxy's connection is for.</summary>
/// <param name="proxies">From these a header must come; from anywhere else one is not believed, and not read.</param>
/// <param name="patience">Longest wait for the whole header.</param>
sealed class ProxyIntake(NetworkList proxies, TimeSpan patience, TimeProvider time, ILogger logger)
{
    public bool Expects(EndPoint? from) => from is IPEndPoint seen && proxies.Contains(seen.Address);

    /// <summary>Afterwards <see cref="Connection.Remote"/> is the client, or nobody where the proxy does not say.</summary>
    /// <param name="proxy">Where the connection itself comes from.</param>
    /// <returns>False when there is no sound header: then the connection is to be closed without a word.</returns>
    public async ValueTask<bool> ReadAsync(Connection connection, IPEndPoint proxy, string port)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            var left = patience - time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
                return Refuse(port, proxy, "it does not come in time");
            var (result, interruption) = await connection.ReadAsync(left);
            if (interruption != Interruption.None)
                return Refuse(port, proxy, interruption == Interruption.Timeout ? "it does not come in time" : null);

            var rest = result.Buffer;
            var status = ProxyHeader.Take(ref rest, out var header, out var fault);
            // Not all was examined: what comes behind the header is there to be read at once.
            connection.Input.AdvanceTo(rest.Start, status == ProxyStatus.Incomplete ? rest.End : rest.Start);
            switch (status)
            {
                case ProxyStatus.Header:
                    connection.ComesFrom(header.IsLocal ? proxy : Client(header.Source));
                    return true;
                case ProxyStatus.Bad:
                    return Refuse(port, proxy, fault);
                case ProxyStatus.Incomplete when result.IsCompleted:
                    // A port that is only knocked at, as load balancers do, is no news.
                    return Refuse(port, proxy, rest.IsEmpty ? null : "it breaks off");
            }
        }
    }

    /// <summary>A proxy's own 127.0.0.1 is not ours, which passwords are taken from in clear.</summary>
    static IPEndPoint? Client(IPEndPoint? source) =>
        source is null
        || IPAddress.IsLoopback(source.Address)
        || source.Address.Equals(IPAddress.Any)
        || source.Address.Equals(IPAddress.IPv6Any)
            ? null
            : source;

    bool Refuse(string port, IPEndPoint proxy, string? fault)
    {
        if (fault is not null)
            Log.BadProxyHeader(logger, port, proxy.Address, fault);
        return false;
    }
}
