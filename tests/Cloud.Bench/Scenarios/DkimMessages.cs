using System.Diagnostics;
using System.Text;
using Cloud.Bench.Mail;
using Cloud.Dns;
using Cloud.Store.Ports;
using Cloud.Trust;
using Cloud.Trust.Crypto;
using Cloud.Trust.Dkim;

namespace Cloud.Bench.Scenarios;

/// <summary>A typical message of 50 KB verified and signed, its keys in the resolver's cache; CPU time of one thread.</summary>
static class DkimMessages
{
    const string Domain = "there.example";

    public static async Task RunAsync(Options options)
    {
        var rounds = options.Number("rounds", 9);
        var messages = options.Number("messages", 400);
        using var first = DkimKey.GenerateRsa("first");
        using var second = DkimKey.GenerateRsa("second");
        using var ed25519 = DkimKey.GenerateEd25519("ed", Entropy.System);
        var dns = new KeyZone([first, second, ed25519]);
        var sample = Samples.WithAttachment(50 * 1024);
        var message = sample[sample.AsSpan().IndexOf("From: "u8)..];
        await ReportAsync(
            "verified, two RSA-2048",
            rounds,
            messages,
            () => VerifyAsync(dns, Signed(message, first, second))
        );
        await ReportAsync(
            "verified, RSA-2048 and Ed25519",
            rounds,
            messages,
            () => VerifyAsync(dns, Signed(message, first, ed25519))
        );
        await ReportAsync(
            "signed, RSA-2048 and Ed25519",
            rounds,
            messages,
            () => (() => Sign(message, first, ed25519))
        );

        var seed = ed25519.Export();
        var publicKey = Ed25519.PublicKey(seed);
        var signature = Ed25519.Sign("text"u8, seed);
        await ReportAsync(
            "Ed25519 alone, verified",
            rounds,
            messages,
            () => () => Done(Ed25519.Verify(signature, "text"u8, publicKey))
        );
        await ReportAsync(
            "Ed25519 alone, signed",
            rounds,
            messages,
            () => () => Done(Ed25519.Sign("text"u8, seed).Length == 64)
        );
    }

    /// <summary>Everything answers at once, so that all happens on this thread.</summary>
    static async Task ReportAsync(string what, int rounds, int messages, Func<Func<ValueTask>> prepare)
    {
        var run = prepare();
        var times = new List<double>();
        var allocated = 0L;
        for (var round = -3; round < rounds; round++)
        {
            var bytes = GC.GetAllocatedBytesForCurrentThread();
            var cpu = Process.GetCurrentProcess().TotalProcessorTime;
            for (var i = 0; i < messages; i++)
                await run();
            var used = Process.GetCurrentProcess().TotalProcessorTime - cpu;
            allocated = (GC.GetAllocatedBytesForCurrentThread() - bytes) / messages;
            if (round >= 0)
                times.Add(used.TotalMilliseconds / messages);
        }

        Console.WriteLine($"{what}: {Statistics.Spread(times, "0.000")} ms of CPU, {allocated} octets allocated");
    }

    static Func<ValueTask> VerifyAsync(IResolver dns, byte[] signed) =>
        async () =>
        {
            using var verification = new MessageVerification(dns, TimeProvider.System, null, default);
            for (var at = 0; at < signed.Length; at += 4096)
                verification.Write(signed.AsSpan(at, Math.Min(4096, signed.Length - at)));
            if ((await verification.CompleteAsync()).Dkim.Count(result => result.IsPass) != 2)
                throw new InvalidOperationException("Does not verify");
        };

    static ValueTask Sign(byte[] message, params DkimKey[] keys) => Done(Signed(message, keys).Length > message.Length);

    static byte[] Signed(byte[] message, params DkimKey[] keys)
    {
        using var signing = new DkimSigning(Domain, keys, TimeProvider.System, null);
        signing.Write(message);
        return [.. signing.Complete(), .. message];
    }

    static ValueTask Done(bool isRight) =>
        isRight ? ValueTask.CompletedTask : throw new InvalidOperationException("Does not verify");

    /// <summary>Answers at once, as the cache does.</summary>
    sealed class KeyZone(IEnumerable<DkimKey> keys) : IResolver
    {
        readonly Dictionary<DnsName, DnsAnswer> answers = keys.ToDictionary(NameOf, AnswerOf);

        public ValueTask<DnsAnswer> QueryAsync(DnsName name, RecordType type, CancellationToken cancel) =>
            ValueTask.FromResult(answers[name]);

        static DnsName NameOf(DkimKey key) => DnsName.Parse($"{key.Selector}._domainkey.{Domain}");

        static DnsAnswer AnswerOf(DkimKey key)
        {
            var text = new RecordOctets(Encoding.ASCII.GetBytes(key.RecordText));
            TxtRecord[] records = [new(NameOf(key), TimeSpan.FromHours(1), text)];
            return DnsAnswer.Of(NameOf(key), RecordType.Txt, records);
        }
    }
}
