using System.Buffers.Binary;
using System.Text;

namespace Cloud.Wire.Smtp;

/// <summary>Collects a transcript. When it is full, the oldest lines behind the first few make room.</summary>
sealed class TranscriptBuilder
{
    public const byte Client = 0;
    public const byte Server = 1;
    public const byte Remark = 2;

    /// <summary>Octets before each line: who said it, and its length.</summary>
    public const int Head = 3;

    /// <summary>Lines that always stay: greeting, EHLO, the first commands.</summary>
    public const int KeptAtStart = 40;

    /// <summary>Octets of a line that are kept.</summary>
    const int MaxLine = 300;

    byte[] entries = new byte[512];
    int length;
    int count;
    int start; // Where the lines begin that may be dropped.
    int omitted;

    /// <param name="line">Its end may be with it.</param>
    public void Add(byte kind, ReadOnlySpan<byte> line)
    {
        line = line.TrimEnd("\r\n"u8);
        if (line.Length > MaxLine)
            line = line[..MaxLine];
        MakeRoom(Head + line.Length);
        entries[length] = kind;
        BinaryPrimitives.WriteUInt16LittleEndian(entries.AsSpan(length + 1), (ushort)line.Length);
        line.CopyTo(entries.AsSpan(length + Head));
        length += Head + line.Length;
        if (++count <= KeptAtStart)
            start = length;
    }

    public void Add(string remark) => Add(Remark, Encoding.UTF8.GetBytes(remark));

    public SmtpTranscript ToTranscript() => new(entries.AsSpan(0, length).ToArray(), omitted);

    public void Clear() => length = count = start = omitted = 0;

    void MakeRoom(int needed)
    {
        while (length + needed > SmtpLimits.Transcript)
        {
            var oldest = Head + BinaryPrimitives.ReadUInt16LittleEndian(entries.AsSpan(start + 1));
            entries.AsSpan(start + oldest, length - start - oldest).CopyTo(entries.AsSpan(start));
            length -= oldest;
            omitted++;
        }

        if (length + needed > entries.Length)
            Array.Resize(ref entries, Math.Min(SmtpLimits.Transcript, Math.Max(entries.Length * 2, length + needed)));
    }
}
