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
        Hostile(options.Number("slowest", 12));
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

    static void Hostile(int slowest)
    {
        var times = new List<(double Milliseconds, double Ratio, string Input)>();
        foreach (var input in HostileInputs.All)
        {
            var octets = input.Octets();
            input.Read(octets);
            var best = double.MaxValue;
            var allocated = 0L;
            for (var round = 0; round < 3; round++)
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                var start = Stopwatch.GetTimestamp();
                input.Read(octets);
                best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            }

            times.Add((best, (double)allocated / octets.Length, input.ToString()));
        }

        Console.WriteLine($"hostile input of 1 MiB, the slowest {slowest} of {times.Count}:");
        foreach (var (milliseconds, ratio, input) in times.OrderDescending().Take(slowest))
            Console.WriteLine($"  {milliseconds, 7:F1} ms  {ratio:F2} octets allocated for one  {input}");
        Console.WriteLine($"most allocated: {times.Max(time => time.Ratio):F2} for one");
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
