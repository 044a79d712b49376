using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Cloud.Bench.Load;
using Cloud.Bench.Servers;
using Cloud.Dns;
using Cloud.Flow.Door;
using Cloud.Flow.Inbound;
using Cloud.Mail;
using Cloud.Store.Ports;
using Cloud.Wire.Limits;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cloud.Bench.Scenarios;

/// <summary>What the door does with one message, without session and store: CPU time and allocations.</summary>
static class DoorMessages
{
    /// <summary>As a session reads them.</summary>
    const int Piece = 4096;

    public static async Task RunAsync(Options options)
    {
        using var signed = new SignedMail();
        using var zone = new ZoneServer(signed.Zone);
        var dns = new DnsSettings { Servers = [zone.Address] };
        await using var resolver = new Resolver(dns, TimeProvider.System, Entropy.System, NullLogger.Instance);
        var door = new MessageDoor(
            new() { Hostname = "mx.example.test", Trusted = NetworkList.Empty },
            resolver,
            TimeProvider.System,
            Entropy.System
        );
        foreach (var size in new[] { 4096, 50 * 1024 })
        {
            var body = Encoding.ASCII.GetBytes(
                string.Concat(
                    Enumerable.Repeat("A line of a letter that says nothing much, as letters will do.\r\n", size / 64)
                )
            );
            signed.Prepare(1, body);
            byte[] message = [.. signed.Header(0), .. body];
            await ReportAsync(door, message, options.Number("rounds", 9), options.Number("messages", 1000));
            signed.Forget();
        }
    }

    static async Task ReportAsync(MessageDoor door, byte[] message, int rounds, int messages)
    {
        var scanner = new MessageScanner();
        scanner.Write(message);
        var index = scanner.Complete().Pack();
        var uploaded = new UploadedMessage("blob", message.Length, SHA256.HashData(message), index);
        var times = new List<double>();
        var allocated = 0L;
        for (var round = -3; round < rounds; round++)
        {
            var bytes = GC.GetTotalAllocatedBytes(precise: true);
            var cpu = Process.GetCurrentProcess().TotalProcessorTime;
            for (var i = 0; i < messages; i++)
                await JudgeAsync(door, message, uploaded);
            var used = Process.GetCurrentProcess().TotalProcessorTime - cpu;
            allocated = (GC.GetTotalAllocatedBytes(precise: true) - bytes) / messages;
            if (round >= 0)
                times.Add(used.TotalMilliseconds / messages);
        }
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{message.Length} octets judged: {Statistics.Spread(times, "0.000")} ms of CPU, {allocated} octets allocated"
            )
        );
    }

    static async Task JudgeAsync(MessageDoor door, byte[] message, UploadedMessage uploaded)
    {
        var from = EmailAddress.TryParse($"sender@{SignedMail.Domain}");
        using var check = door.Begin(IPAddress.Loopback, SignedMail.Client, from)!;
        for (var at = 0; at < message.Length; at += Piece)
        {
            foreach (var part in check.Write(message.AsMemory(at, Math.Min(Piece, message.Length - at))))
                check.Kept(part.Span);
        }
        check.Kept(check.EndWrite().Span);
        if (await check.AuthenticateAsync() is { } refusal)
            throw new InvalidOperationException(refusal.Reason);
        var evidence = await check.JudgeAsync(
            "transaction",
            [],
            uploaded,
            _ => new(new MemoryStream(message)),
            CancellationToken.None
        );
        if (evidence.Outcome != DoorOutcome.Accept || !evidence.IsAuthenticated)
            throw new InvalidOperationException(string.Join('\n', evidence.Steps));
    }
}
