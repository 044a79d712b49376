using System.Text;

namespace Cloud.Mail.Compose;

/// <summary>What decides how octets can travel, learnt as they stream by.</summary>
sealed class OctetScan(byte[] needle)
{
    long lineLength;
    int matched; // octets of the needle found at the line's start; -1 once it differs
    bool cr;

    public long Length { get; private set; }

    /// <summary>Octets of the longest line, without its end.</summary>
    public long LongestLine { get; private set; }

    /// <summary>Octets beyond ASCII.</summary>
    public long EightBit { get; private set; }

    public bool HasNul { get; private set; }

    /// <summary>A CR or LF alone, which no transport keeps: RFC 5321 §2.3.8.</summary>
    public bool HasBareNewline { get; private set; }

    /// <summary>A line begins with the needle.</summary>
    public bool HasNeedle { get; private set; }

    public bool EndsLine => lineLength == 0 && !cr;

    /// <summary>It may be sent as it is, given a transport for its octets: RFC 2045 §2.7, §2.8.</summary>
    public bool IsLines => !HasNul && !HasBareNewline && !cr && LongestLine <= FieldWriter.MaxLine;

    public void Write(ReadOnlySpan<byte> octets)
    {
        Length += octets.Length;
        if (!Ascii.IsValid(octets))
            EightBit += CountEightBit(octets);
        HasNul |= octets.Contains((byte)0);
        while (!octets.IsEmpty)
        {
            if (cr && octets[0] != '\n')
                HasBareNewline = true;
            var stop = octets.IndexOfAny((byte)'\r', (byte)'\n');
            var run = stop < 0 ? octets : octets[..stop];
            Match(run);
            lineLength += run.Length;
            LongestLine = Math.Max(LongestLine, lineLength);
            if (!run.IsEmpty)
                cr = false;
            if (stop < 0)
                return;
            if (octets[stop] == '\n')
                EndLine();
            else
                cr = true;
            octets = octets[(stop + 1)..];
        }
    }

    /// <summary>As new.</summary>
    public void Reset()
    {
        (Length, LongestLine, EightBit, lineLength, matched) = (0, 0, 0, 0, 0);
        (HasNul, HasBareNewline, HasNeedle, cr) = (false, false, false, false);
    }

    void EndLine()
    {
        HasBareNewline |= !cr;
        cr = false;
        lineLength = 0;
        matched = 0;
    }

    void Match(ReadOnlySpan<byte> run)
    {
        if (matched < 0 || run.IsEmpty)
            return;
        var count = Math.Min(run.Length, needle.Length - matched);
        if (!run[..count].SequenceEqual(needle.AsSpan(matched, count)))
            matched = -1;
        else if ((matched += count) == needle.Length)
            (HasNeedle, matched) = (true, -1);
    }

    static long CountEightBit(ReadOnlySpan<byte> octets)
    {
        long count = 0;
        foreach (var octet in octets)
            count += octet >> 7;
        return count;
    }
}
