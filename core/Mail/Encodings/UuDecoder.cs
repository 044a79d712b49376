using System.Buffers;

namespace Cloud.Mail.Encodings;

/// <summary>uuencode (POSIX), which older software sends as x-uuencode and x-uue.</summary>
/// <remarks>
/// Lines before <c>begin</c> are passed over, unless one is data to the letter: a forwarded part may have lost its
/// first line. Everything after <c>end</c> is passed over. Spaces lost at the end of a group of four count as zeros.
/// </remarks>
public sealed class UuDecoder : TransferCoder
{
    /// <summary>Octets looked at of a line: the longest has 85, and some senders add a checksum.</summary>
    const int MaxLine = 128;

    readonly byte[] held = new byte[MaxLine];
    int length;
    bool begun;
    bool ended;

    public override void Write(ReadOnlySpan<byte> octets, IBufferWriter<byte> target)
    {
        while (!octets.IsEmpty && !ended)
        {
            var lf = octets.IndexOf((byte)'\n');
            var part = lf < 0 ? octets : octets[..lf];
            part = part[..Math.Min(part.Length, MaxLine - length)];
            part.CopyTo(held.AsSpan(length));
            length += part.Length;
            if (lf < 0)
                return;
            EndLine(target);
            octets = octets[(lf + 1)..];
        }
    }

    public override void Complete(IBufferWriter<byte> target)
    {
        EndLine(target);
        (begun, ended) = (false, false);
    }

    void EndLine(IBufferWriter<byte> target)
    {
        var line = held.AsSpan(0, length).TrimEnd((byte)'\r');
        length = 0;
        if (line.StartsWith("begin "u8) && line.Length > 6 && line[6] is >= (byte)'0' and <= (byte)'7')
            begun = true;
        else if (begun && line.TrimEnd((byte)' ').SequenceEqual("end"u8))
            ended = true;
        else if (!line.IsEmpty && IsData(line[0]) && (begun || IsExact(line)))
            Decode(line, target);
    }

    static void Decode(ReadOnlySpan<byte> line, IBufferWriter<byte> target)
    {
        var count = Math.Min(Bits(line[0]), (line.Length + 2) / 4 * 3);
        var decoded = target.GetSpan(66);
        var written = 0;
        for (line = line[1..]; written < count; line = line.Length < 4 ? [] : line[4..])
        {
            var group = 0;
            for (var i = 0; i < 4; i++)
                group = group << 6 | (i < line.Length ? Bits(line[i]) : 0);
            decoded[written++] = (byte)(group >> 16);
            decoded[written++] = (byte)(group >> 8);
            decoded[written++] = (byte)group;
        }

        target.Advance(count);
    }

    static bool IsExact(ReadOnlySpan<byte> line) =>
        Bits(line[0]) > 0
        && line.Length - 1 == (Bits(line[0]) + 2) / 3 * 4
        && line.IndexOfAnyExceptInRange((byte)' ', (byte)'`') < 0;

    static bool IsData(byte octet) => octet is >= (byte)' ' and <= (byte)'`';

    static int Bits(byte octet) => (octet - ' ') & 0x3F;
}
