using System.Buffers;
using System.Diagnostics;
using System.Text;
using Cloud.Mail;
using Cloud.Mail.Encodings;
using Cloud.Tests.Mail;

namespace Cloud.Bench.Scenarios;

/// <summary>Transfer decoders on a streamed attachment, and parsers on what would hurt careless ones.</summary>
static class MailDecode
{
    /// <summary>Octets as a blob comes: the store reads so many at a time.</summary>
    const int Chunk = 64 * 1024;

    /// <summary>How many times as many inputs are read round by round as are printed.</summary>
    const int Candidates = 3;

    public static void Run(Options options)
    {
        var rounds = options.Number("rounds", 9);
        var size = options.Number("size", 25) * 1024 * 1024;
        var body = new byte[size];
        new Random(1).NextBytes(body);
        var base64 = new Base64Encoder().Convert(body);
        Stream("base64", base64, () => new Base64Decoder(), rounds);
        Stream("base64, LF", WithoutReturns(base64), () => new Base64Decoder(), rounds);
        var text = Encoding.UTF8.GetBytes(
            string.Concat(Enumerable.Repeat("Zeilen mit Größe = und mehr Text, wie er kommt.\r\n", size / 60))
        );
        Stream(
            "quoted-printable",
            new QuotedPrintableEncoder().Convert(text),
            () => new QuotedPrintableDecoder(),
            rounds
        );
        Hostile(options.Number("slowest", 10), options.Number("hostile-rounds", 21), options.Number("most", 0));
    }

    static void Stream(string what, byte[] encoded, Func<TransferCoder> decoder, int rounds)
    {
        var rates = new List<double>();
        var allocated = 0L;
        for (var round = 0; round < rounds; round++)
        {
            var sink = new Sink();
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            var coder = decoder();
            for (var at = 0; at < encoded.Length; at += Chunk)
                coder.Write(encoded.AsSpan(at, Math.Min(Chunk, encoded.Length - at)), sink);
            coder.Complete(sink);
            rates.Add(encoded.Length / 1e6 / Stopwatch.GetElapsedTime(start).TotalSeconds);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Console.WriteLine($"{what, -18} {Statistics.Spread(rates, "0")} MB/s  {allocated / 1024} KiB allocated");
    }

    /// <remarks>
    /// CPU time of the process, since others share the machine. Every input is read twice to warm up and three times to
    /// find the slow ones; the slowest are then read round by round, so that no pre-emption decides their order.
    /// </remarks>
    static void Hostile(int slowest, int rounds, int most)
    {
        var all = HostileInputs.All.ToArray();
        var first = all.Select(input => (Milliseconds: Milliseconds(input, input.Octets()), Input: input)).ToArray();
        var looked = all.Select(Look).ToArray();
        var candidates = looked
            .OrderByDescending(look => look.Milliseconds)
            .Take(Candidates * slowest)
            .Select(look => (look.Input, look.Ratio, Octets: look.Input.Octets(), Times: new List<double>()))
            .ToArray();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var candidate in candidates)
                candidate.Times.Add(Milliseconds(candidate.Input, candidate.Octets));
        }

        Console.WriteLine(
            $"hostile input of 1 MiB, the slowest {slowest} of {all.Length}, ms of CPU in {rounds} rounds:"
        );
        foreach (
            var (input, ratio, _, times) in candidates
                .OrderByDescending(each => Statistics.Median(each.Times))
                .Take(slowest)
        )
            Console.WriteLine($"  {Statistics.Spread(times, "0.0"), -20} {ratio:F2} octets allocated for one  {input}");
        var unready = first.MaxBy(each => each.Milliseconds);
        Console.WriteLine(
            $"slowest when read first, code being compiled: {unready.Milliseconds:F1} ms  {unready.Input}"
        );
        Console.WriteLine($"most allocated: {looked.Max(look => look.Ratio):F2} for one");
        var worst = candidates.Max(each => Statistics.Median(each.Times));
        if (most > 0 && Math.Max(worst, unready.Milliseconds) > most)
        {
            Console.WriteLine($"more than {most} ms: {worst:F1} ms, and {unready.Milliseconds:F1} ms when read first");
            Environment.ExitCode = 1;
        }
    }

    /// <returns>The median of three.</returns>
    static (HostileInputs.Input Input, double Milliseconds, double Ratio) Look(HostileInputs.Input input)
    {
        var octets = input.Octets();
        var before = GC.GetAllocatedBytesForCurrentThread();
        input.Read(octets);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        var times = Enumerable.Range(0, 3).Select(_ => Milliseconds(input, octets)).ToArray();
        return (input, Statistics.Median(times), (double)allocated / octets.Length);
    }

    static double Milliseconds(HostileInputs.Input input, byte[] octets)
    {
        var before = Environment.CpuUsage.TotalTime;
        input.Read(octets);
        return (Environment.CpuUsage.TotalTime - before).TotalMilliseconds;
    }

    static byte[] WithoutReturns(byte[] text) => [.. text.Where(octet => octet != '\r')];

    /// <summary>Takes what is written into one buffer over and over, as a socket's pipe would.</summary>
    sealed class Sink : IBufferWriter<byte>
    {
        readonly byte[] buffer = new byte[Chunk];

        public void Advance(int count) { }

        public Span<byte> GetSpan(int sizeHint = 0) => buffer;

        public Memory<byte> GetMemory(int sizeHint = 0) => buffer;
    }
}
