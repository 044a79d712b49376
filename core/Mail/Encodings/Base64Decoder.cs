using System.Buffers;
using System.Buffers.Text;

namespace Cloud.Mail.Encodings;

/// <summary>base64, RFC 2045 §6.8, however damaged.</summary>
/// <remarks>
/// Octets outside the alphabet are skipped. Padding ends a group of four, and what follows is decoded as a new one, as
/// some senders join blocks that are padded each. There, a line with octets outside the alphabet, but for white space
/// at its start or end, is the footer of a mailing list or the like: it ends the body and is no part of it. Padding
/// where none can be is skipped; at the end none is needed. A last lone character, six bits, says nothing and is dropped.
/// </remarks>
/// <param name="window">Characters gathered before they are decoded, a multiple of four, 256 or more; they make no difference.</param>
public sealed class Base64Decoder(int window = Base64Decoder.Window) : TransferCoder
{
    /// <summary>Half of a CPU's first cache.</summary>
    const int Window = 16 * 1024;

    /// <summary>Characters of a line that can be a footer's words; RFC 2045 §6.8 has 76, and no word is as long.</summary>
    const int MaxFooter = 128;

    static readonly SearchValues<byte> Alphabet = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8
    );

    readonly byte[] gathered = new byte[window];
    int length;
    long line; // characters of the line after padding
    bool padded;
    bool spaced; // that line had white space after them
    bool ended;

    public override void Write(ReadOnlySpan<byte> octets, IBufferWriter<byte> target)
    {
        while (!octets.IsEmpty && !ended)
        {
            var run = octets.IndexOfAnyExcept(Alphabet);
            if (spaced && run != 0)
            {
                EndAtFooter();
                return;
            }

            Gather(run < 0 ? octets : octets[..run], target);
            if (run < 0)
                return;
            TakeOther(octets[run], target);
            run += octets[run..].StartsWith("\r\n"u8) ? 2 : 1;
            octets = octets[run..];
        }
    }

    public override void Complete(IBufferWriter<byte> target)
    {
        if (length % 4 == 1)
            length--;
        EndGroup(target);
        (line, padded, spaced, ended) = (0, false, false, false);
    }

    /// <summary>A whole text at once, by the same rules and without an object: for encoded words.</summary>
    /// <param name="text">Any.</param>
    /// <param name="decoded">Room for as many octets as the text has.</param>
    /// <returns>How many octets it gave.</returns>
    internal static int Decode(ReadOnlySpan<byte> text, Span<byte> decoded)
    {
        if (text.Length % 4 == 0 && Base64.DecodeFromUtf8(text, decoded, out _, out var all) == OperationStatus.Done)
            return all;

        var now = default(Progress);
        var (atLine, line, padded, spaced) = (now, 0, false, false); // where the line after padding began
        foreach (var octet in text)
        {
            var value = Value(octet);
            if (value >= 0 && !spaced)
            {
                line++;
                now.Add(value, decoded);
            }
            else if (octet == '=')
            {
                if (now.Count < 2)
                    continue;
                now.EndGroup(decoded);
                (atLine, line, padded, spaced) = (now, 0, true, false);
            }
            else if (!padded)
                continue;
            else if (octet is (byte)'\r' or (byte)'\n')
                (atLine, line, spaced) = (now, 0, false);
            else if (octet is (byte)' ' or (byte)'\t')
                spaced = line > 0;
            else
            {
                if (line <= MaxFooter)
                    now = atLine;
                break;
            }
        }

        now.EndGroup(decoded);
        return now.Written;
    }

    /// <summary>How far a text is decoded, and the bits of the group begun.</summary>
    struct Progress
    {
        int bits;

        public int Written { get; private set; }
        public int Count { get; private set; }

        public void Add(int value, Span<byte> decoded)
        {
            bits = bits << 6 | value;
            if (++Count == 4)
                EndGroup(decoded);
        }

        /// <summary>Four characters give three octets, three two, two one, and one none.</summary>
        public void EndGroup(Span<byte> decoded)
        {
            bits <<= 6 * (4 - Count);
            for (var shift = 16; Count > 1; Count--, shift -= 8)
                decoded[Written++] = (byte)(bits >> shift);
            (bits, Count) = (0, 0);
        }
    }

    /// <returns>The six bits a character stands for; -1 if it is none of the alphabet.</returns>
    internal static int Value(byte octet) =>
        octet switch
        {
            >= (byte)'A' and <= (byte)'Z' => octet - 'A',
            >= (byte)'a' and <= (byte)'z' => octet - 'a' + 26,
            >= (byte)'0' and <= (byte)'9' => octet - '0' + 52,
            (byte)'+' => 62,
            (byte)'/' => 63,
            _ => -1,
        };

    /// <summary>An octet outside the alphabet.</summary>
    void TakeOther(byte octet, IBufferWriter<byte> target)
    {
        if (octet == '=' && length % 4 >= 2)
        {
            EndGroup(target);
            (line, padded, spaced) = (0, true, false);
            return;
        }

        if (!padded || octet == '=')
            return;
        if (octet is (byte)'\r' or (byte)'\n')
            EndLine(target);
        else if (octet is (byte)' ' or (byte)'\t')
            spaced = line > 0;
        else
            EndAtFooter();
    }

    /// <summary>The line is no footer: decodes its whole groups, so that a footer's line is all that can be dropped.</summary>
    void EndLine(IBufferWriter<byte> target)
    {
        var open = length % 4;
        length -= open;
        var rest = gathered.AsSpan(length, open);
        Decode(target, padding: 0);
        rest.CopyTo(gathered);
        (length, line, spaced) = (open, 0, false);
    }

    void EndAtFooter()
    {
        if (line <= MaxFooter)
            length -= (int)line; // else it is base64, and part of it may be decoded
        (spaced, ended) = (false, true);
    }

    void Gather(ReadOnlySpan<byte> run, IBufferWriter<byte> target)
    {
        if (padded)
            line += run.Length;
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
