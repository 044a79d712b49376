using System.Buffers;
using Cloud.Mail.Headers;

namespace Cloud.Trust.AuthResults;

/// <summary>Takes Authentication-Results fields off a message that claim to be ours, as it streams by. RFC 8601 §5.</summary>
/// <remarks>
/// A field goes, whole, if its authserv-id is one of ours, in whatever case, quotes or comments, or begins with one; if
/// nobody can tell its id; or if it is of a version that is not 1. All else comes out octet for octet, without a copy: a
/// field is held only while it may be one of those, and an end of the octets is within it.
/// How the octets are cut makes no difference. What is a field, and where the header ends, is what
/// <see cref="HeaderReader"/> says of what comes out: what goes cannot make a field of what was none. Signatures may cover
/// what goes, so they are verified on what came in.
/// </remarks>
public sealed class ForgedResults
{
    /// <summary>Octets of a field that are held; with more it is judged by what there is. Real ones have under 4 KiB.</summary>
    public const int MaxHeld = 64 * 1024;

    static readonly SearchValues<byte> NameOctets = SearchValues.Create(
        Enumerable.Range(33, 94).Where(octet => octet != ':').Select(octet => (byte)octet).ToArray()
    );

    readonly AuthServers ours;
    readonly List<ReadOnlyMemory<byte>> pieces = [];
    Place place = Place.LineStart;
    Place field = Place.Kept; // what the lines of the current field are
    bool isTop = true; // nothing has come out
    ArrayBufferWriter<byte>? held; // of an undecided field, from earlier octets
    bool isOpen; // a field is undecided
    int open; // where it begins in these octets
    int kept; // where what is kept begins in these octets

    /// <param name="servers">Every authserv-id that we write, or wrote: those of names are known by their A-labels, too.</param>
    public ForgedResults(IEnumerable<string> servers) => ours = new(servers);

    enum Place
    {
        LineStart,
        Name,
        Blanks,
        Value,
        Kept,
        Dropped,
        Body,
    }

    /// <summary>Fields that were taken off.</summary>
    public int Count { get; private set; }

    static ReadOnlySpan<byte> FieldName => "Authentication-Results"u8;

    /// <param name="octets">The next ones of the message.</param>
    /// <returns>What comes out, in order; valid until the next call, and as long as the octets are.</returns>
    public IReadOnlyList<ReadOnlyMemory<byte>> Write(ReadOnlyMemory<byte> octets)
    {
        pieces.Clear();
        (open, kept) = (0, 0);
        for (var at = 0; at < octets.Length; )
            at = Step(octets, at);

        if (isOpen && place == Place.Name && !MayBecome(Pending(octets, octets.Length)))
            Keep();
        Add(octets[kept..(isOpen ? open : octets.Length)]);
        if (isOpen)
            (held ??= new(FieldName.Length)).Write(octets.Span[open..]);
        return pieces;
    }

    /// <summary>Ends the message.</summary>
    /// <returns>What was still held and comes out.</returns>
    public ReadOnlyMemory<byte> Complete()
    {
        if (!isOpen || held is null)
            return default;
        isOpen = false;
        if (field != Place.Value || !IsForged(held.WrittenSpan))
            return held.WrittenMemory;
        Count++;
        return default;
    }

    /// <summary>Goes on from an octet.</summary>
    /// <returns>The next one to look at.</returns>
    int Step(ReadOnlyMemory<byte> octets, int at) =>
        place switch
        {
            Place.LineStart => AtLineStart(octets, at),
            Place.Name => InName(octets, at),
            Place.Blanks => InBlanks(octets, at),
            Place.Body => octets.Length,
            _ => InField(octets, at),
        };

    int AtLineStart(ReadOnlyMemory<byte> octets, int at)
    {
        if (octets.Span[at] is (byte)' ' or (byte)'\t')
        {
            isTop &= field != Place.Kept;
            place = field;
            return at;
        }

        if (field == Place.Value)
            Decide(octets, at);
        (isOpen, open) = (true, at);
        (place, field) = (Place.Name, Place.Kept);
        return at;
    }

    int InName(ReadOnlyMemory<byte> octets, int at)
    {
        var length = octets.Span[at..].IndexOfAnyExcept(NameOctets);
        if (length < 0)
            return octets.Length;
        at += length;
        var end = octets.Span[at];
        var name = isOpen ? Pending(octets, at) : default;
        if (isTop && end == ' ' && (name.SequenceEqual("From"u8) || name.SequenceEqual(">From"u8)))
        {
            Keep(); // A line of an mbox: passed over.
            place = Place.Kept;
            return at;
        }

        if (!System.Text.Ascii.EqualsIgnoreCase(name, FieldName))
            Keep();
        place = Place.Blanks;
        return at;
    }

    int InBlanks(ReadOnlyMemory<byte> octets, int at)
    {
        var rest = Within(octets, at);
        var length = rest.IndexOfAnyExcept((byte)' ', (byte)'\t');
        if (length < 0)
            return Bound(octets, at + rest.Length);
        at += length;
        if (octets.Span[at] == ':')
        {
            place = field = isOpen ? Place.Value : Place.Kept;
            return at + 1;
        }

        Keep();
        place = Place.Body;
        return octets.Length;
    }

    int InField(ReadOnlyMemory<byte> octets, int at)
    {
        var rest = Within(octets, at);
        var lf = rest.IndexOf((byte)'\n');
        at += lf < 0 ? rest.Length : lf + 1;
        if (place == Place.Dropped)
            kept = at;
        if (lf < 0)
            return Bound(octets, at);
        place = Place.LineStart;
        return at;
    }

    /// <summary>The octets from one on, of an undecided field as many as may be held.</summary>
    ReadOnlySpan<byte> Within(ReadOnlyMemory<byte> octets, int at)
    {
        var rest = octets.Span[at..];
        return isOpen ? rest[..Math.Min(rest.Length, MaxHeld - HeldLength(at))] : rest;
    }

    /// <summary>Judges a field that is too long to be held by what there is of it.</summary>
    int Bound(ReadOnlyMemory<byte> octets, int at)
    {
        if (isOpen && HeldLength(at) == MaxHeld)
        {
            field = Place.Value;
            Decide(octets, at);
            place = field;
        }

        return at;
    }

    int HeldLength(int at) => (held?.WrittenCount ?? 0) + at - open;

    /// <summary>Ends the undecided field before an octet.</summary>
    void Decide(ReadOnlyMemory<byte> octets, int end)
    {
        if (!IsForged(Pending(octets, end)))
        {
            Keep();
            field = Place.Kept;
            return;
        }

        Count++;
        Add(octets[kept..open]);
        (isOpen, held, kept, field) = (false, null, end, Place.Dropped);
    }

    /// <summary>The undecided field is none of ours.</summary>
    void Keep()
    {
        isTop = false;
        if (held is not null)
            Add(held.WrittenMemory);
        (isOpen, held) = (false, null);
    }

    void Add(ReadOnlyMemory<byte> piece)
    {
        if (!piece.IsEmpty)
            pieces.Add(piece);
    }

    /// <summary>The undecided field up to an octet.</summary>
    ReadOnlySpan<byte> Pending(ReadOnlyMemory<byte> octets, int end)
    {
        var here = octets.Span[open..end];
        return held is null ? here : (byte[])[.. held.WrittenSpan, .. here];
    }

    bool MayBecome(ReadOnlySpan<byte> name) =>
        name.Length <= FieldName.Length && System.Text.Ascii.EqualsIgnoreCase(name, FieldName[..name.Length])
        || isTop && ("From"u8.StartsWith(name) || ">From"u8.StartsWith(name));

    bool IsForged(ReadOnlySpan<byte> text)
    {
        var colon = text.IndexOf((byte)':');
        return colon < 0 // as many blanks as are held
            || AuthenticationResults.Parse(text[(colon + 1)..]) is not { Version: 1 } results
            || ours.Include(results.Server);
    }
}
