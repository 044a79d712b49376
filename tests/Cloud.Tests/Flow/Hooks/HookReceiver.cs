using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace Cloud.Tests.Flow.Hooks;

/// <summary>What an endpoint got.</summary>
sealed record HookRequest(string Path, IReadOnlyDictionary<string, string> Fields, byte[] Body)
{
    public string Id => Fields["webhook-id"];

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public JsonElement Data => Json.GetProperty("data");
}

/// <summary>An endpoint on 127.0.0.1 that answers as its test likes, octet for octet.</summary>
sealed class HookReceiver : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    readonly TcpListener listener;
    readonly Channel<HookRequest> requests = Channel.CreateUnbounded<HookRequest>();
    readonly CancellationTokenSource stop = new();
    readonly Task accepting;
    int connections;

    /// <param name="address">Of 127.0.0.0/8; null for 127.0.0.1.</param>
    /// <param name="port">0 for any.</param>
    public HookReceiver(string? address = null, int port = 0)
    {
        listener = new(IPAddress.Parse(address ?? "127.0.0.1"), port);
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public string Url => $"http://127.0.0.1:{Port}/hook";

    /// <summary>What it says to a request; null: nothing, and it closes.</summary>
    public Func<HookRequest, string?> Answer { get; set; } = _ => Say(204);

    /// <summary>It never answers.</summary>
    public bool Hangs { get; set; }

    /// <summary>It sends octets for ever after its answer.</summary>
    public bool Drips { get; set; }

    /// <summary>After each answer.</summary>
    public bool Closes { get; set; }

    public int Connections => Volatile.Read(ref connections);

    /// <summary>Requests that came and have not been looked at.</summary>
    public int Unread => requests.Reader.Count;

    public static string Say(int status, string fields = "", string body = "") =>
        $"HTTP/1.1 {status} Said\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{fields}\r\n{body}";

    public Task<HookRequest> NextAsync() => requests.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public List<HookRequest> TakeAll()
    {
        var taken = new List<HookRequest>();
        while (requests.Reader.TryRead(out var one))
            taken.Add(one);
        return taken;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        stop.Dispose();
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync();
                Interlocked.Increment(ref connections);
                _ = TalkAsync(client);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return; // stopped
        }
    }

    async Task TalkAsync(TcpClient client)
    {
        using var held = client;
        var stream = client.GetStream();
        try
        {
            while (await ReadAsync(stream) is { } request)
            {
                await requests.Writer.WriteAsync(request);
                if (Hangs)
                    await Task.Delay(Timeout.Infinite, stop.Token);
                if (Answer(request) is not { } answer)
                    return;
                await stream.WriteAsync(Encoding.UTF8.GetBytes(answer));
                if (Closes)
                    return;
                while (Drips)
                    await stream.WriteAsync(new byte[64 * 1024], stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
        {
            return; // the caller has gone, or the test has ended
        }
    }

    static async Task<HookRequest?> ReadAsync(NetworkStream stream)
    {
        var head = new List<byte>();
        var octet = new byte[1];
        while (!Encoding.ASCII.GetString([.. head]).EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(octet) == 0)
                return null;
            head.Add(octet[0]);
        }
        var lines = Encoding.UTF8.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var fields = lines[1..]
            .Select(line => line.Split(": ", 2))
            .ToDictionary(pair => pair[0].ToLowerInvariant(), pair => pair[1]);
        var body = new byte[int.Parse(fields.GetValueOrDefault("content-length", "0"), CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body);
        return new(lines[0].Split(' ')[1], fields, body);
    }
}
