using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cloud.Tests.Cli;

/// <summary>Another domain's mail host on 127.0.0.1, which talks with each client at the same time.</summary>
abstract class MailHost : IAsyncDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly Task accepting;

    protected MailHost()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>From its greeting to the client's end.</summary>
    /// <param name="writer">Sends each line when it is written, with CRLF.</param>
    protected abstract Task TalkAsync(StreamReader reader, StreamWriter writer);

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await accepting;
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = TalkAsync(await listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return; // stopped
        }
    }

    async Task TalkAsync(TcpClient client)
    {
        using var held = client;
        client.NoDelay = true;
        using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
        await using var writer = new StreamWriter(client.GetStream(), Encoding.Latin1);
        (writer.NewLine, writer.AutoFlush) = ("\r\n", true);
        try
        {
            await TalkAsync(reader, writer);
        }
        catch (IOException)
        {
            return; // The client was killed.
        }
    }
}
