using System.Net;
using System.Net.Sockets;
using System.Text;
using Cloud.Flow.Outbound.Relay;
using Cloud.Flow.Outbound.Relay.Smarthosts;

namespace Cloud.Cli.Cost;

/// <summary>The server on 127.0.0.1 that mail for others is sent to, as a smarthost: takes every message and keeps none.</summary>
/// <remarks>Only our own client speaks to it: it believes what it hears.</remarks>
sealed class OtherServer : IAsyncDisposable
{
    /// <summary>The domain of those who are written to.</summary>
    public const string Domain = "outside.test";

    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly Task accepting;
    long octets;
    int messages;

    /// <exception cref="SocketException">There is no port.</exception>
    public OtherServer()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>The way to it.</summary>
    public RelayOptions Relay =>
        new()
        {
            Hostname = "localhost",
            Smarthosts = new(
                new Smarthost
                {
                    Host = $"{IPAddress.Loopback}",
                    Port = ((IPEndPoint)listener.LocalEndpoint).Port,
                    Security = SmarthostSecurity.None,
                }
            ),
        };

    /// <summary>Octets that it was sent.</summary>
    public long Octets => Interlocked.Read(ref octets);

    /// <summary>Messages that it took.</summary>
    public int Messages => Volatile.Read(ref messages);

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
        using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
        try
        {
            await AnswerAsync(client, "220 ready");
            while (await ReadAsync(reader) is { } command)
            {
                if (command == "DATA")
                    await TakeAsync(client, reader);
                await AnswerAsync(client, command == "QUIT" ? "221 bye" : "250 well");
            }
        }
        catch (IOException)
        {
            return; // who sent has hung up
        }
    }

    async Task TakeAsync(TcpClient client, StreamReader reader)
    {
        await AnswerAsync(client, "354 go on");
        string? line;
        do line = await ReadAsync(reader);
        while (line is not (null or "."));
        if (line is not null)
            Interlocked.Increment(ref messages);
    }

    async Task<string?> ReadAsync(StreamReader reader)
    {
        var line = await reader.ReadLineAsync();
        Interlocked.Add(ref octets, line is null ? 0 : line.Length + "\r\n".Length);
        return line;
    }

    static async Task AnswerAsync(TcpClient client, string line) =>
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"{line}\r\n"));
}
