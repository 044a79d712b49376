using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cloud.Clients.Peers;

/// <summary>A mail host that takes everything, and remembers each letter's name with the queue id it came under.</summary>
/// <remarks>It has a letter before it answers for it, as a good host does.</remarks>
sealed class RecordingSink : IAsyncDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly Task accepting;

    public RecordingSink()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>What came: once for each time that it came.</summary>
    public ConcurrentQueue<(string Letter, string Id)> Came { get; } = new();

    /// <summary>A letter that it takes, and never answers for.</summary>
    public string? Silent { get; set; }

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
        await using var writer = new StreamWriter(client.GetStream(), Encoding.Latin1) { NewLine = "\r\n" };
        try
        {
            await SayAsync("220 mx.peer.test");
            while (await reader.ReadLineAsync() is { } line)
            {
                if (line.StartsWith("EHLO ", StringComparison.Ordinal))
                    await SayAsync("250-mx.peer.test\r\n250-8BITMIME\r\n250 PIPELINING");
                else if (line == "DATA")
                    await TakeAsync();
                else
                    await SayAsync("250 well");
            }
        }
        catch (IOException)
        {
            return; // It was killed.
        }

        async Task TakeAsync()
        {
            await SayAsync("354 go on");
            var (letter, id) = ("", "");
            while (await reader.ReadLineAsync() is { } text)
            {
                if (text == ".")
                {
                    Came.Enqueue((letter, id));
                    if (letter != Silent)
                        await SayAsync("250 well");
                    return;
                }
                if (text.StartsWith("X-Letter: ", StringComparison.Ordinal))
                    letter = text["X-Letter: ".Length..];
                var at = text.IndexOf(" id ", StringComparison.Ordinal);
                if (id.Length == 0 && at >= 0)
                    id = text[(at + " id ".Length)..].Split(';', ' ')[0];
            }
        }

        async Task SayAsync(string reply)
        {
            await writer.WriteLineAsync(reply);
            await writer.FlushAsync();
        }
    }
}
