using System.Net;
using System.Net.Sockets;

namespace Cloud.Clients.Peers;

/// <summary>For programs that cannot choose a port themselves, or not tell which.</summary>
static class FreePort
{
    /// <returns>A port that is free now, for TCP and UDP.</returns>
    public static int Find()
    {
        using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        tcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        udp.Bind(tcp.LocalEndPoint!);
        return ((IPEndPoint)tcp.LocalEndPoint!).Port;
    }
}
