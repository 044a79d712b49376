using System.Buffers;
using System.Buffers.Binary;

namespace Cloud.Mail.Tnef;

/// <summary>Compressed RTF as Outlook keeps it: [MS-OXRTFCP]. Never throws; the checksum is not asked for.</summary>
public static class RtfDecompressor
{
    /// <summary>Octets of a text; the densest compression is 8.5 to one.</summary>
    public const int MaxRtf = 16 * 1024 * 1024;

    const int Header = 16;
    const int Window = 4096;
    const uint Compressed = 0x75465A4C; // LZFu
    const uint Stored = 0x414C454D; // MELA

    static ReadOnlySpan<byte> Preset =>
        "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"u8;

    /// <param name="octets">Compressed.</param>
    /// <param name="target">Gets the RTF, as far as it can be told; nothing for what is none.</param>
    /// <remarks>Allocates nothing, since what comes out may be 8.5 times what goes in.</remarks>
    public static void Decompress(ReadOnlySpan<byte> octets, IBufferWriter<byte> target)
    {
        if (octets.Length < Header)
            return;
        var size = (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(octets[4..]), MaxRtf);
        var magic = BinaryPrimitives.ReadUInt32LittleEndian(octets[8..]);
        octets = octets[Header..];
        if (magic == Stored)
            target.Write(octets[..Math.Min(size, octets.Length)]);
        else if (magic == Compressed)
            Expand(octets, size, target);
    }

    static void Expand(ReadOnlySpan<byte> octets, int size, IBufferWriter<byte> target)
    {
        var text = new Sliding(stackalloc byte[Window], target);
        for (var i = 0; i < octets.Length && size > 0; )
        {
            var control = octets[i++];
            for (var bit = 0; bit < 8 && size > 0; bit++, control >>= 1)
            {
                var isReference = (control & 1) == 1;
                if (i + (isReference ? 2 : 1) > octets.Length)
                {
                    text.End();
                    return;
                }

                if (!isReference)
                {
                    text.Add(octets[i++]);
                    size--;
                    continue;
                }

                var from = octets[i] << 4 | octets[i + 1] >> 4;
                var count = Math.Min((octets[i + 1] & 0xF) + 2, size);
                i += 2;
                if (from == text.At)
                {
                    text.End(); // it says so
                    return;
                }

                size -= count;
                for (; count > 0; count--, from = (from + 1) % Window)
                    text.Add(text[from]);
            }
        }

        text.End();
    }

    /// <summary>The last 4,096 octets, which are written when they have gone round.</summary>
    ref struct Sliding
    {
        readonly Span<byte> window;
        readonly IBufferWriter<byte> target;
        int written;

        public Sliding(Span<byte> window, IBufferWriter<byte> target)
        {
            this.window = window;
            this.target = target;
            window.Clear();
            Preset.CopyTo(window);
            At = written = Preset.Length;
        }

        public int At { get; private set; }

        public readonly byte this[int at] => window[at];

        public void Add(byte octet)
        {
            window[At++] = octet;
            if (At < Window)
                return;
            End();
            At = written = 0;
        }

        public void End()
        {
            target.Write(window[written..At]);
            written = At;
        }
    }
}
