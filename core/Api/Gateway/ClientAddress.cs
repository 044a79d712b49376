using System.Net;

namespace Cloud.Api.Gateway;

/// <summary>Whether it is known who is at the other end.</summary>
public static class ClientAddress
{
    /// <summary>
    /// Stands for an address that was not seen: behind a proxy that hides it, every peer would be the proxy. Nothing
    /// may be counted, locked out or judged by it.
    /// </summary>
    public static readonly IPAddress Unknown = IPAddress.None;

    public static bool IsKnown(IPAddress address) => !Unknown.Equals(address);
}
