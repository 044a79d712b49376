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

    /// <returns>The RTF, as far as it can be told; empty for what is none.</returns>
    public static byte[] Decompress(ReadOnlySpan<byte> octets)
    {
        if (octets.Length < Header)
            return [];
        var size = (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(octets[4..]), MaxRtf);
        var magic = BinaryPrimitives.ReadUInt32LittleEndian(octets[8..]);
        octets = octets[Header..];
        return magic switch
        {
            Stored => octets[..Math.Min(size, octets.Length)].ToArray(),
            Compressed => Expand(octets, size),
            _ => [],
        };
    }

    static byte[] Expand(ReadOnlySpan<byte> octets, int size)
    {
        // Nine octets (a control octet and eight references of two) hold at most 8 × 17.
        var text = new byte[Math.Min(size, octets.Length * 9L)];
        Span<byte> window = stackalloc byte[Window];
        Preset.CopyTo(window);
        var at = Preset.Length;
        var length = 0;
        for (var i = 0; i < octets.Length && length < text.Length; )
        {
            var control = octets[i++];
            for (var bit = 0; bit < 8 && length < text.Length; bit++, control >>= 1)
            {
                var isReference = (control & 1) == 1;
                if (i + (isReference ? 2 : 1) > octets.Length)
                    return text[..length];
                if (!isReference)
                {
                    window[at] = text[length++] = octets[i++];
                    at = (at + 1) % Window;
                    continue;
                }

                var from = octets[i] << 4 | octets[i + 1] >> 4;
                var count = (octets[i + 1] & 0xF) + 2;
                i += 2;
                if (from == at)
                    return text[..length]; // its end
                for (; count > 0 && length < text.Length; count--)
                {
                    window[at] = text[length++] = window[from];
                    at = (at + 1) % Window;
                    from = (from + 1) % Window;
                }
            }
        }

        return text[..length];
    }
}
