using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cloud.Cli.Cost;

/// <summary>The endpoint on 127.0.0.1 that a webhook leads to: takes every event and keeps none.</summary>
/// <remarks>Only our own client speaks to it: it believes what it hears.</remarks>
sealed class OtherEndpoint : IAsyncDisposable
{
    const string Length = "Content-Length:";

    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly Task accepting;
    long octets;
    int events;

    /// <exception cref="SocketException">There is no port.</exception>
    public OtherEndpoint()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    public string Url => $"http://{listener.LocalEndpoint}/";

    /// <summary>Octets that it was sent.</summary>
    public long Octets => Interlocked.Read(ref octets);

    /// <summary>Events that it took.</summary>
    public int Events => Volatile.Read(ref events);

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
            while (await TakeAsync(reader))
                await client.GetStream().WriteAsync("HTTP/1.1 204 No Content\r\n\r\n"u8.ToArray());
        }
        catch (IOException)
        {
            return; // who told has hung up
        }
    }

    /// <returns>False where there is no further request.</returns>
    async Task<bool> TakeAsync(StreamReader reader)
    {
        var body = 0;
        string? line;
        while ((line = await reader.ReadLineAsync()) is { Length: > 0 })
        {
            Interlocked.Add(ref octets, line.Length + "\r\n".Length);
            if (line.StartsWith(Length, StringComparison.OrdinalIgnoreCase))
                body = int.Parse(
                    line.AsSpan(Length.Length),
                    NumberStyles.AllowLeadingWhite,
                    CultureInfo.InvariantCulture
                );
        }
        if (line is null)
            return false;
        await reader.ReadBlockAsync(new char[body]);
        Interlocked.Add(ref octets, body);
        Interlocked.Increment(ref events);
        return true;
    }
}
