using System.Net;
using Cloud.Wire.Limits;

namespace Cloud.Api.Rest;

/// <summary>Who asks, where proxies stand between.</summary>
/// <remarks>
/// Each proxy adds whom it sees at the end of X-Forwarded-For. What a proxy of ours has added is so; what stands before
/// the first one that is none of ours, anybody may have written.
/// </remarks>
public static class ForwardedClient
{
    /// <param name="peer">Whom the connection comes from.</param>
    /// <param name="header">X-Forwarded-For, those of several lines joined by commas; null for none.</param>
    /// <param name="proxies">Ours.</param>
    public static IPAddress Of(IPAddress peer, string? header, NetworkList proxies)
    {
        var client = peer;
        var hops = header?.Split(',') ?? [];
        for (var i = hops.Length - 1; i >= 0 && proxies.Contains(client); i--)
        {
            // A name that hides somebody ("unknown") is nobody's address: then it is the proxy that asks.
            if (Read(hops[i]) is not { } next)
                return client;
            client = next;
        }
        return client;
    }

    /// <param name="hop">An address, often with a port.</param>
    /// <returns>Null where it is none.</returns>
    public static IPAddress? Read(string hop)
    {
        var text = hop.Trim();
        if (IPAddress.TryParse(text, out var address))
            return address;
        return IPEndPoint.TryParse(text, out var endpoint) ? endpoint.Address : null;
    }
}
