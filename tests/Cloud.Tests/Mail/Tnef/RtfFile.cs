using System.Buffers.Binary;

namespace Cloud.Tests.Mail.Tnef;

/// <summary>Writes compressed RTF as Outlook does: [MS-OXRTFCP] §3.2, greedy.</summary>
static class RtfFile
{
    const int Window = 4096;
    const int LongestMatch = 17;

    static ReadOnlySpan<byte> Preset =>
        "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"u8;

    public static byte[] Stored(ReadOnlySpan<byte> text) =>
        [.. Number(text.Length + 12), .. Number(text.Length), .. "MELA"u8, 0, 0, 0, 0, .. text];

    public static byte[] Compressed(ReadOnlySpan<byte> text)
    {
        var body = new List<byte>();
        byte[] all = [.. Preset, .. text];
        var at = Preset.Length;
        while (at <= all.Length)
        {
            var control = body.Count;
            body.Add(0);
            for (var bit = 0; bit < 8 && at <= all.Length; bit++)
            {
                var (from, length) = at == all.Length ? (at, 2) : Longest(all, at); // a reference to itself ends it
                if (length < 2)
                {
                    body.Add(all[at++]);
                    continue;
                }

                body[control] |= (byte)(1 << bit);
                body.Add((byte)(from % Window >> 4));
                body.Add((byte)((from % Window & 0xF) << 4 | length - 2));
                at += at == all.Length ? 1 : length;
            }
        }

        return [.. Number(body.Count + 12), .. Number(text.Length), .. "LZFu"u8, 0, 0, 0, 0, .. body];
    }

    static (int From, int Length) Longest(byte[] all, int at)
    {
        var best = (From: 0, Length: 0);
        for (var from = Math.Max(0, at - Window + 1); from < at; from++)
        {
            var length = 0;
            while (length < LongestMatch && at + length < all.Length && all[from + length] == all[at + length])
                length++;
            if (length > best.Length)
                best = (from, length);
        }

        return best;
    }

    static byte[] Number(int value)
    {
        var octets = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(octets, value);
        return octets;
    }
}
