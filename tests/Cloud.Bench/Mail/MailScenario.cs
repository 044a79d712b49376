using System.Diagnostics;
using System.Globalization;
using System.Text;
using Cloud.Mail;
using Cloud.Mail.Bodies;
using Cloud.Mail.Encodings;

namespace Cloud.Bench.Mail;

/// <summary>What it costs to index a message as delivery does, and to read the index again.</summary>
public static class MailScenario
{
    const int Rounds = 15;

    public static void Run(TextWriter output)
    {
        output.WriteLine($"{"", -44} {"µs", 8} {"B allocated", 12} {"beyond index", 13} {"packed", 7}");
        Index(output, "4 KB, plain", Samples.Plain(4 * 1024));
        Index(output, "4 KB, quoted-printable", Samples.QuotedPrintable(4 * 1024));
        Index(output, "4 KB, text and HTML", Samples.Alternative(4 * 1024));
        Index(output, "50 KB, text, HTML and a base64 attachment", Samples.WithAttachment(50 * 1024));
        Index(output, "50 KB, newsletter in HTML alone", Samples.Newsletter(50 * 1024));
        Index(output, "1 MB, base64 attachment", Samples.WithAttachment(1024 * 1024));

        var packed = Scan(Samples.WithAttachment(50 * 1024)).Pack();
        Measure(output, "index unpacked", 2_000, () => MessageIndex.Unpack(packed));
        var html = Samples.Newsletter(50 * 1024);
        var body = Scan(html).Body;
        Measure(output, "50 KB of HTML to text", 50, () => SearchText.Of(body, html.AsSpan((int)body.BodyStart)));
        Decode(output);
    }

    static MessageIndex Scan(byte[] message)
    {
        var scanner = new MessageScanner();
        scanner.Write(message);
        return scanner.Complete();
    }

    static void Index(TextWriter output, string what, byte[] message)
    {
        var packed = Scan(message).Pack();
        var index = Allocated(() => MessageIndex.Unpack(packed)) + packed.Length;
        var (microseconds, allocated) = Measured(
            Math.Max(5, 40_000_000 / (message.Length + 8_000)),
            () => Scan(message).Pack()
        );
        output.WriteLine(
            $"{what, -44} {Figure(microseconds), 8} {allocated, 12} {allocated - index, 13} {packed.Length, 7}"
        );
    }

    static void Measure(TextWriter output, string what, int each, Func<object> work)
    {
        var (microseconds, allocated) = Measured(each, work);
        output.WriteLine($"{what, -44} {Figure(microseconds), 8} {allocated, 12}");
    }

    static void Decode(TextWriter output)
    {
        var encoded = Samples.Base64(25 * 1024 * 1024);
        var sink = new Sink();
        var (microseconds, _) = Measured(
            1,
            () =>
            {
                var decoder = TransferCoder.Decoder(Octets.From("base64"));
                for (var at = 0; at < encoded.Length; at += 64 * 1024)
                    decoder.Write(encoded.AsSpan(at, Math.Min(64 * 1024, encoded.Length - at)), sink);
                decoder.Complete(sink);
                return sink;
            }
        );
        output.WriteLine(
            $"{"25 MB of base64 decoded", -44} {encoded.Length / microseconds / 1000, 8:F2} GB/s of what comes in"
        );
    }

    /// <returns>The best of some rounds, since whatever else the machine does only adds.</returns>
    static (double Microseconds, long Allocated) Measured(int each, Func<object> work)
    {
        for (var i = 0; i < each; i++)
            work();
        var best = double.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            for (var i = 0; i < each; i++)
                work();
            best = Math.Min(best, clock.Elapsed.TotalMicroseconds / each);
        }

        return (best, Allocated(work));
    }

    static long Allocated(Func<object> work)
    {
        work();
        var before = GC.GetAllocatedBytesForCurrentThread();
        work();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    static string Figure(double microseconds) => microseconds.ToString("F1", CultureInfo.InvariantCulture);

    sealed class Sink : System.Buffers.IBufferWriter<byte>
    {
        readonly byte[] buffer = new byte[64 * 1024];

        public void Advance(int count) { }

        public Memory<byte> GetMemory(int sizeHint = 0) => buffer;

        public Span<byte> GetSpan(int sizeHint = 0) => buffer;
    }
}
