using System.Buffers.Binary;

namespace Cloud.Trust.Scanners;

/// <summary>ClamAV's daemon: INSTREAM of clamd(8), over TCP or a socket of Unix.</summary>
public sealed class ClamdScanner(ScanOptions options, TimeProvider time) : IScanner
{
    /// <summary>Octets of an answer: <c>stream: NAME FOUND</c>.</summary>
    const int MaxAnswer = 4 * 1024;

    const int LengthOctets = 4;

    public string Name => "clamd";

    public Task<ScanVerdict> ScanAsync(ScanMessage message, ScanClient client, CancellationToken cancel)
    {
        var scan = new Scan(Name, options, time);
        return scan.RunAsync(message, ends => AskAsync(scan, message, ends), cancel);
    }

    async Task<ScanVerdict> AskAsync(Scan scan, ScanMessage message, CancellationToken cancel)
    {
        await using var stream = new ScanStream(await options.Endpoint.ConnectAsync(cancel));
        await stream.SendAsync("zINSTREAM\0"u8.ToArray(), cancel);
        await stream.SendAsync(message, LengthOctets, WriteLength, cancel);
        await stream.SendAsync(new byte[LengthOctets], cancel); // a piece of no octets ends the stream
        if (stream.IsDeaf)
            scan.Step("it hung up before the message's end");
        var answer = await stream.AnswerAsync(MaxAnswer, read => read.Span.Contains((byte)0), cancel);
        return ClamdReply.Parse(answer, scan);
    }

    static void WriteLength(Memory<byte> prefix, int length) =>
        BinaryPrimitives.WriteUInt32BigEndian(prefix.Span, (uint)length);
}
