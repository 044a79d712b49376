using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Cloud.Dns;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cloud.Bench.Scenarios;

/// <summary>Names asked for the first time over UDP on this machine, and again from the cache.</summary>
static class DnsLookups
{
    /// <summary>A record at the name of the question: pointer, A, IN, an hour, 192.0.2.1.</summary>
    static readonly byte[] Answer = [0xC0, 12, 0, 1, 0, 1, 0, 0, 14, 16, 0, 4, 192, 0, 2, 1];

    public static async Task RunAsync(Options options)
    {
        var names = Enumerable
            .Range(0, options.Number("names", 1000))
            .Select(i => DnsName.Parse($"name{i}.example.com"))
            .ToArray();
        var lookups = options.Number("lookups", 10_000);
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _ = Task.Run(() => ServeAsync(server));
        var settings = new DnsSettings { Servers = [(IPEndPoint)server.LocalEndPoint!] };

        var (first, again) = (new List<double>(), new List<double>());
        var allocated = 0L;
        for (var round = 0; round < options.Number("rounds", 9); round++)
        {
            await using var resolver = new Resolver(settings, TimeProvider.System, Entropy.System, NullLogger.Instance);
            var start = Stopwatch.GetTimestamp();
            foreach (var some in names.Chunk(50))
                await Task.WhenAll(some.Select(name => resolver.AAsync(name, default).AsTask()));
            first.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds / names.Length);
            Cached(resolver, names, lookups);
            var before = GC.GetAllocatedBytesForCurrentThread();
            start = Stopwatch.GetTimestamp();
            Cached(resolver, names, lookups);
            again.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Console.WriteLine($"asked over UDP, 50 at a time: {Statistics.Spread(first, "0.0")} µs each");
        Console.WriteLine(
            $"{lookups} from the cache: {Statistics.Spread(again, "0.00")} ms, {allocated} octets allocated"
        );
    }

    static void Cached(Resolver resolver, DnsName[] names, int lookups)
    {
        for (var i = 0; i < lookups; i++)
        {
            var asked = resolver.AAsync(names[i % names.Length], CancellationToken.None);
            if (!asked.IsCompletedSuccessfully || asked.Result.Records.Count != 1)
                throw new InvalidOperationException("Not from the cache");
        }
    }

    static async Task ServeAsync(Socket server)
    {
        var buffer = new byte[512];
        while (true)
        {
            var query = await server.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
            // The question without OPT, marked as a response with one answer.
            var end = Array.IndexOf(buffer, (byte)0, 12) + 5;
            buffer[2] |= 0x80;
            (buffer[7], buffer[11]) = (1, 0);
            Answer.CopyTo(buffer, end);
            await server.SendToAsync(buffer.AsMemory(0, end + Answer.Length), query.RemoteEndPoint);
        }
    }
}
