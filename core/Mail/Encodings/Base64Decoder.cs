using System.Buffers;
using System.Buffers.Text;

namespace Cloud.Mail.Encodings;

/// <summary>base64, RFC 2045 §6.8, however damaged.</summary>
/// <remarks>
/// Octets outside the alphabet are skipped. Padding ends a group of four, and what follows is decoded as a new one:
/// some senders join blocks that are padded each. Padding where none can be is skipped; at the end none is needed. A
/// last lone character, six bits, says nothing and is dropped.
/// </remarks>
/// <param name="window">Characters gathered before they are decoded, a multiple of four.</param>
public sealed class Base64Decoder(int window = Base64Decoder.DefaultWindow) : TransferCoder
{
    const int DefaultWindow = 8 * 1024;

    static readonly SearchValues<byte> Alphabet = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8
    );

    readonly byte[] gathered = new byte[window];
    int length;

    public override void Write(ReadOnlySpan<byte> octets, IBufferWriter<byte> target)
    {
        while (!octets.IsEmpty)
        {
            var run = octets.IndexOfAnyExcept(Alphabet);
            Gather(run < 0 ? octets : octets[..run], target);
            if (run < 0)
                return;
            if (octets[run] == '=' && length % 4 >= 2)
                EndGroup(target);
            octets = octets[(run + 1)..];
        }
    }

    public override void Complete(IBufferWriter<byte> target)
    {
        if (length % 4 == 1)
            length--;
        EndGroup(target);
    }

    void Gather(ReadOnlySpan<byte> run, IBufferWriter<byte> target)
    {
        while (!run.IsEmpty)
        {
            var count = Math.Min(run.Length, gathered.Length - length);
            run[..count].CopyTo(gathered.AsSpan(length));
            length += count;
            run = run[count..];
            if (length == gathered.Length)
                Decode(target, padding: 0);
        }
    }

    void EndGroup(IBufferWriter<byte> target)
    {
        var padding = -length & 3;
        gathered.AsSpan(length, padding).Fill((byte)'A'); // not '=', so that stray bits before it do no harm
        length += padding;
        Decode(target, padding);
    }

    void Decode(IBufferWriter<byte> target, int padding)
    {
        if (length == 0)
            return;
        var decoded = target.GetSpan(length / 4 * 3);
        Base64.DecodeFromUtf8(gathered.AsSpan(0, length), decoded, out _, out var written);
        target.Advance(written - padding);
        length = 0;
    }
}
