using Cloud.Mail.Headers;
using Cloud.Store.Messages;
using Cloud.Store.Packing;

namespace Cloud.Store.Overviews;

/// <summary>Overviews of up to 256 messages of a mailbox, packed; read where they lie.</summary>
public sealed class OverviewPage
{
    /// <summary>1 is the first.</summary>
    const byte Version = 1;

    readonly List<(uint Uid, EmailId Email, int Start)> places = new((int)PageRows.UidsPerPage);

    /// <param name="packed">What <see cref="OverviewPacker"/> made.</param>
    /// <exception cref="Ports.StoreException">It is damaged, or of another version.</exception>
    public OverviewPage(byte[] packed)
    {
        Packed = packed;
        var reader = new PackReader(packed);
        reader.ExpectVersion(Version);
        var uid = 0u;
        while (!reader.AtEnd)
        {
            uid += reader.Varint32();
            var email = new EmailId(reader.Fixed64());
            places.Add((uid, email, packed.Length - reader.Left));
            Skip(ref reader);
        }
    }

    /// <summary>As it is stored and sent.</summary>
    public byte[] Packed { get; }

    public int Count => places.Count;

    /// <summary>What it takes in memory, octets.</summary>
    public long MemoryOctets => Packed.Length + 24L * places.Capacity;

    /// <summary>0 when it is empty.</summary>
    public uint LastUid => places.Count == 0 ? 0 : places[^1].Uid;

    /// <summary>The number of the page that a UID belongs to.</summary>
    public static uint NumberOf(uint uid) => PageRows.PageOf(uid);

    /// <summary>The message with this UID.</summary>
    /// <param name="email">Whose overview is asked for: one of another message is none.</param>
    public bool TryFind(uint uid, EmailId email, out Overview overview)
    {
        overview = default;
        var (low, high) = (0, places.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var place = places[middle];
            if (place.Uid == uid)
            {
                if (place.Email == email)
                    overview = At(place.Uid, place.Start);
                return place.Email == email;
            }
            if (place.Uid < uid)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return false;
    }

    internal static PackWriter Begin()
    {
        var writer = new PackWriter(64 * 1024);
        writer.Byte(Version);
        return writer;
    }

    static void Skip(ref PackReader reader)
    {
        var flags = Head(ref reader, out _, out _);
        if (!flags.HasFlag(OverviewFlags.Left))
            reader.Counted();
    }

    Overview At(uint uid, int start)
    {
        var reader = new PackReader(Packed.AsSpan(start));
        var flags = Head(ref reader, out var sent, out var cut);
        var fields = flags.HasFlag(OverviewFlags.Left) ? [] : reader.Counted();
        return new(uid, flags, sent, cut, fields);
    }

    static OverviewFlags Head(ref PackReader reader, out DateTimeOffset? sent, out SubjectCut cut)
    {
        var flags = (OverviewFlags)reader.Byte();
        if ((flags & ~OverviewFlags.Known) != 0)
            throw PackReader.Damaged();
        sent = flags.HasFlag(OverviewFlags.Sent) ? OverviewPacker.Time(reader.Signed(), reader.Signed()) : null;
        var isReply = flags.HasFlag(OverviewFlags.ReplyOrForward);
        cut = flags.HasFlag(OverviewFlags.Cut)
            ? new(Length(ref reader), Length(ref reader), isReply)
            : new(0, 0, isReply);
        return flags;
    }

    static int Length(ref PackReader reader) =>
        reader.Varint() is <= int.MaxValue and var length ? (int)length : throw PackReader.Damaged();
}
