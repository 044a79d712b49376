using System.Net;
using System.Net.Sockets;
using Cloud.Tests.Store.Azure;

namespace Cloud.Clients;

/// <summary>Whether tests can have an Azurite here.</summary>
static class Azurite
{
    public static bool IsInstalled => AzuriteProcess.IsInstalled && Tool.IsInstalled("node");

    /// <summary>Skips the test where there is none.</summary>
    public static void Require() => Skip.IfNot(IsInstalled, "Azurite is not installed (npm ci --prefix tests)");

    public static async Task<bool> IsOpenAsync(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
