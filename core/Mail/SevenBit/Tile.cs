using Cloud.Mail.Compose;

namespace Cloud.Mail.SevenBit;

enum TileKind : byte
{
    /// <summary>Delimiters, and what stands before the first and after the last.</summary>
    Gap,

    /// <summary>A part's header with its blank line; empty where it has none.</summary>
    Header,

    /// <summary>A leaf's body.</summary>
    Body,
}

/// <summary>A run of a message's octets. Together the tiles are the message.</summary>
/// <param name="start">Its first octet.</param>
/// <param name="end">The first one after it.</param>
struct Tile(TileKind kind, long start, long end)
{
    public readonly TileKind Kind => kind;

    public readonly long Start => start;

    public readonly long End => end;

    public readonly long Length => end - start;

    /// <summary>Octets beyond ASCII.</summary>
    public long EightBit { get; private set; }

    /// <summary>It has what 7 bit cannot carry at all: RFC 2045 §2.7.</summary>
    public bool IsBeyondAscii { get; private set; }

    public bool HasBareNewline { get; private set; }

    /// <summary>A line is longer than one may be (RFC 5322 §2.1.1).</summary>
    public bool HasLongLine { get; private set; }

    public void Take(OctetScan octets)
    {
        EightBit = octets.EightBit;
        IsBeyondAscii = octets.EightBit > 0 || octets.HasNul;
        HasBareNewline = octets.HasBareNewline;
        HasLongLine = octets.LongestLine > FieldWriter.MaxLine;
    }

    /// <summary>The tiles of a message in their order; null where it has more parts than are told apart.</summary>
    public static Tile[]? Of(MessageIndex index)
    {
        var parts = Count(index.Body);
        if (parts >= MessageScanner.MaxParts)
            return null;
        var tiles = new List<Tile>(3 * parts + 1);
        Add(tiles, index.Body);
        Cover(tiles, index.Size);
        return [.. tiles];
    }

    static int Count(BodyPart part)
    {
        var count = 1 + (part.Message is { } message ? Count(message.Body) : 0);
        foreach (var child in part.Parts)
            count += Count(child);
        return count;
    }

    static void Add(List<Tile> tiles, BodyPart part)
    {
        Cover(tiles, part.HeaderStart);
        tiles.Add(new(TileKind.Header, part.HeaderStart, part.BodyStart));
        if (part.Message is { } message)
            Add(tiles, message.Body);
        else if (part.Parts.Count == 0)
            tiles.Add(new(TileKind.Body, part.BodyStart, part.BodyEnd));
        foreach (var child in part.Parts)
            Add(tiles, child);
    }

    static void Cover(List<Tile> tiles, long until)
    {
        var from = tiles.Count == 0 ? 0 : tiles[^1].End;
        if (from < until)
            tiles.Add(new(TileKind.Gap, from, until));
    }
}
