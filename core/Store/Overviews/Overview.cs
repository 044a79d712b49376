using Cloud.Mail.Headers;
using PackReader = Cloud.Store.Packing.PackReader;

namespace Cloud.Store.Overviews;

/// <summary>What a page keeps of one message's header: enough for ENVELOPE, SORT, THREAD and most SEARCHes.</summary>
/// <remarks>Nothing is unpacked before it is asked for: a list of 100,000 costs no object a message.</remarks>
public readonly ref struct Overview
{
    readonly ReadOnlySpan<byte> fields;
    readonly OverviewFlags flags;
    readonly SubjectCut cut;

    internal Overview(uint uid, OverviewFlags flags, DateTimeOffset? sent, SubjectCut cut, ReadOnlySpan<byte> fields)
    {
        Uid = uid;
        Sent = sent;
        this.flags = flags;
        this.cut = cut;
        this.fields = fields;
    }

    public uint Uid { get; }

    /// <summary>The Date field; null if missing or beyond understanding.</summary>
    public DateTimeOffset? Sent { get; }

    /// <summary>The fields are kept; else the header was too long, and the message's own index is to be asked.</summary>
    public bool IsKept => !flags.HasFlag(OverviewFlags.Left);

    /// <summary>All octets are ASCII: no client has to be asked whether it takes others.</summary>
    public bool IsAscii => flags.HasFlag(OverviewFlags.Ascii);

    /// <exception cref="Ports.StoreException">The page is damaged.</exception>
    public OverviewText this[OverviewField field]
    {
        get
        {
            var reader = new PackReader(fields);
            for (var before = OverviewField.Date; before < field; before++)
                Text(ref reader);
            return Text(ref reader);
        }
    }

    /// <summary>All fields in their order, each <see cref="OverviewField"/> once.</summary>
    public OverviewFields InOrder => new(fields);

    /// <summary>The entries of one of the address fields.</summary>
    public OverviewAddresses Addresses(OverviewField field) => new(this[field].Span);

    /// <summary>The message-ids of References.</summary>
    public OverviewIds References => new(this[OverviewField.References].Span);

    /// <summary>The subject without <c>Re:</c> and its kin (RFC 5256 §2.1).</summary>
    public BaseSubject BaseSubject => BaseSubject.At(EncodedWords.Decode(this[OverviewField.Subject].Span), cut);

    internal static OverviewText Text(scoped ref PackReader reader)
    {
        var length = reader.Varint();
        return length == 0 ? new([], isNil: true) : new(reader.Bytes(length - 1), isNil: false);
    }
}

[Flags]
enum OverviewFlags : byte
{
    None = 0,

    /// <summary>The header is too long to be kept.</summary>
    Left = 1,

    Ascii = 2,
    Sent = 4,
    Cut = 8,
    ReplyOrForward = 16,

    Known = Left | Ascii | Sent | Cut | ReplyOrForward,
}

/// <summary>Reads field by field: cheaper than one by one where most are wanted.</summary>
public ref struct OverviewFields(ReadOnlySpan<byte> packed)
{
    PackReader reader = new(packed);

    /// <exception cref="Ports.StoreException">The page is damaged.</exception>
    public OverviewText Next() => Overview.Text(ref reader);
}

/// <summary>Reads an address list, entry by entry.</summary>
public ref struct OverviewAddresses(ReadOnlySpan<byte> packed)
{
    PackReader reader = new(packed);

    public OverviewAddress Current { get; private set; }

    public readonly bool IsEmpty => reader.AtEnd;

    public readonly OverviewAddresses GetEnumerator() => this;

    public bool MoveNext()
    {
        if (reader.AtEnd)
            return false;
        var name = Overview.Text(ref reader);
        var adl = Overview.Text(ref reader);
        var mailbox = Overview.Text(ref reader);
        Current = new(name, adl, mailbox, Overview.Text(ref reader));
        return true;
    }
}

/// <summary>Reads a list of message-ids, one by one.</summary>
public ref struct OverviewIds(ReadOnlySpan<byte> packed)
{
    PackReader reader = new(packed);

    public ReadOnlySpan<byte> Current { get; private set; }

    public readonly OverviewIds GetEnumerator() => this;

    public bool MoveNext()
    {
        if (reader.AtEnd)
            return false;
        Current = Overview.Text(ref reader).Span;
        return true;
    }
}
