using Cloud.Mail.Encodings;

namespace Cloud.Mail.SevenBit;

/// <summary>What becomes of each part.</summary>
/// <param name="tiles">In the order in which <see cref="Decide"/> meets the parts.</param>
sealed class Decisions(Tile[] tiles)
{
    int at;

    /// <summary>What changes, in the message's order.</summary>
    public List<SevenBitEdit> Edits { get; } = [];

    /// <param name="isMessage">The header is a message's, not a part's.</param>
    /// <returns>Null: it can be done.</returns>
    public SevenBitRefusal? Decide(BodyPart part, bool isMessage)
    {
        var header = Next(TileKind.Header);
        if (header.IsBeyondAscii)
            return SevenBitRefusal.Header;
        if (part.Message is null && part.Parts.Count == 0)
            return Leaf(part, header, Next(TileKind.Body), isMessage);
        if (part.Is("message"u8, "global"u8) && InBodyOf(part).Any(IsHeaderBeyondAscii))
            return Encode(part, header, part.BodyStart, part.BodyEnd, isMessage, "base64", null);
        if (part.Message is { } message)
            return Inner(message.Body, part, header, isMessage);
        if (IsRelabelled(part))
            Edits.Add(SevenBitEdit.OfHeader(header, "7bit", isMessage, endsHeader: false));
        if (part.Is("multipart"u8, "signed"u8))
            return Signed(part);
        foreach (var child in part.Parts)
        {
            if (Decide(child, isMessage: false) is { } refusal)
                return refusal;
        }

        return null;
    }

    /// <summary>
    /// A message within a part. Where no blank line is between the two headers, what the inner one gets would be the outer's.
    /// </summary>
    SevenBitRefusal? Inner(BodyPart message, BodyPart part, Tile header, bool isMessage)
    {
        var place = Edits.Count;
        if (Decide(message, isMessage: true) is { } refusal)
            return refusal;
        var isEdited = Edits.Count > place;
        if (IsRelabelled(part) || isEdited)
        {
            var encoding = IsRelabelled(part) ? "7bit" : null;
            Edits.Insert(place, SevenBitEdit.OfHeader(header, encoding, isMessage, endsHeader: isEdited));
        }
        return null;
    }

    SevenBitRefusal? Leaf(BodyPart part, Tile header, Tile body, bool isMessage)
    {
        var isBinary = part.Encoding.EqualsIgnoreCase("binary"u8);
        var must = body.IsBeyondAscii || isBinary && body.HasBareNewline;
        // A line that is too long is better encoded than sent (RFC 5321 §4.5.3.1.6), if that may be.
        if (must && IsFixed(part))
            return SevenBitRefusal.Fixed;
        if (!must && (!body.HasLongLine || IsFixed(part)))
        {
            if (IsRelabelled(part))
                Edits.Add(SevenBitEdit.OfHeader(header, "7bit", isMessage, endsHeader: false));
            return null;
        }

        var isCoded = TransferCoder.IsCoded(part.Encoding);
        var isLines = !isCoded && !isBinary && (part.IsText || part.Type.EqualsIgnoreCase("message"u8));
        // quoted-printable while most of it can be read in the source. It ends lines as lines are to end.
        var isReadable = isLines && (body.HasBareNewline || body.EightBit * 3 <= body.Length);
        var encoding = isReadable ? "quoted-printable" : "base64";
        return Encode(part, header, body.Start, body.End, isMessage, encoding, isCoded ? part.Encoding : null);
    }

    SevenBitRefusal? Encode(
        BodyPart part,
        Tile header,
        long start,
        long end,
        bool isMessage,
        string encoding,
        Octets? coded
    )
    {
        Edits.Add(SevenBitEdit.OfHeader(header, encoding, isMessage, endsHeader: true));
        Edits.Add(new(start, end) { Encoding = encoding, Decoded = coded });
        SkipTo(part.BodyEnd);
        return null;
    }

    /// <summary>RFC 1847 §2.1: what is signed stays as it is, octet for octet.</summary>
    SevenBitRefusal? Signed(BodyPart part)
    {
        if (InBodyOf(part).Any(tile => tile.IsBeyondAscii))
            return SevenBitRefusal.Signed;
        SkipTo(part.BodyEnd);
        return null;
    }

    IEnumerable<Tile> InBodyOf(BodyPart part) =>
        tiles.Skip(at).TakeWhile(tile => tile.Start < part.BodyEnd && tile.Start >= part.BodyStart);

    Tile Next(TileKind kind)
    {
        while (tiles[at].Kind != kind)
            at++;
        return tiles[at++];
    }

    void SkipTo(long offset)
    {
        while (at < tiles.Length && tiles[at].Start < offset)
            at++;
    }

    static bool IsHeaderBeyondAscii(Tile tile) => tile is { Kind: TileKind.Header, IsBeyondAscii: true };

    static bool IsRelabelled(BodyPart part) =>
        part.Encoding.EqualsIgnoreCase("8bit"u8) || part.Encoding.EqualsIgnoreCase("binary"u8);

    /// <summary>Not to be encoded: RFC 2045 §6.4, RFC 2046 §5.2.1, §5.2.2.1, §5.2.3.</summary>
    static bool IsFixed(BodyPart part) =>
        part.IsMultipart
        || part.Is("message"u8, "rfc822"u8)
        || part.Is("message"u8, "partial"u8)
        || part.Is("message"u8, "external-body"u8);
}
