using Cloud.Mail.Compose;

namespace Cloud.Mail.SevenBit;

/// <summary>Looks at a message whose parts are known, and says how it can be put into 7 bit. RFC 6152 §3.</summary>
/// <remarks>
/// The first of two passes: an encoding stands in front of what it encodes. Only what has to change is changed: a part in
/// 7 bit already stays as it is, but for a label of 8bit or binary. What is signed (RFC 1847 §2.1) is never touched.
/// Some 300 octets are held for each part.
/// </remarks>
/// <param name="index">Of the same octets.</param>
public sealed class SevenBitSurvey(MessageIndex index)
{
    // Where fields were too many to be kept, a part may be encoded in a way that is not known.
    readonly Tile[]? tiles = index.Truncated ? null : Tile.Of(index);
    readonly OctetScan scan = new([]);
    int at;

    /// <param name="octets">The message's next ones, cut anywhere.</param>
    public void Write(ReadOnlySpan<byte> octets)
    {
        while (tiles is not null && !octets.IsEmpty && at < tiles.Length)
        {
            ref var tile = ref tiles[at];
            var length = (int)Math.Min(octets.Length, tile.Length - scan.Length);
            scan.Write(octets[..length]);
            octets = octets[length..];
            tile.Take(scan);
            if (scan.Length < tile.Length)
                continue;
            scan.Reset();
            at++;
        }
    }

    /// <summary>Ends the message.</summary>
    /// <param name="refusal">Why there is no plan; null where there is one.</param>
    public SevenBitPlan? Complete(out SevenBitRefusal? refusal)
    {
        if (tiles is null)
        {
            refusal = SevenBitRefusal.TooMuch;
            return null;
        }

        var decisions = new Decisions(tiles);
        refusal = decisions.Decide(index.Body, isMessage: true);
        return refusal is null ? new(decisions.Edits) : null;
    }
}
