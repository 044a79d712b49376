using Cloud.Store.Messages;

namespace Cloud.Store.Accounts;

/// <summary>A page while a change works on it. Appending leaves it packed; anything else unpacks it.</summary>
/// <remarks>
/// The newest entries of a mailbox lie in its own row, as its tail, until they are some: that row is written with each
/// delivery anyway, and the page, ten times as long, is not.
/// </remarks>
/// <param name="stored">What the page's row holds.</param>
/// <param name="tail">What of the page the mailbox's row holds: entries with UIDs above those.</param>
sealed class PageDraft(uint page, byte[] stored, byte[] tail)
{
    /// <summary>Octets of a tail: some thirty entries.</summary>
    const int TailBytes = 1024;

    byte[] stored = stored;
    byte[] tail = tail;
    uint tailFrom = PageCodec.FirstUid(tail, page);
    List<MessageEntry>? entries;

    public uint Page => page;

    /// <summary>Whether a row was there when it was read.</summary>
    public bool HasRow { get; } = stored.Length > 0;

    public bool IsChanged { get; private set; }

    /// <summary>Whether the page's own row has to be written, or deleted.</summary>
    public bool IsRowChanged { get; private set; }

    public IReadOnlyList<MessageEntry> Entries => Unpacked();

    /// <summary>For the page's row; empty for none.</summary>
    public byte[] Stored
    {
        get
        {
            Pack();
            return stored;
        }
    }

    /// <summary>For the mailbox's row.</summary>
    public byte[] Tail
    {
        get
        {
            Pack();
            return tail;
        }
    }

    /// <param name="entry">With a UID above all others of the page.</param>
    public void Append(in MessageEntry entry)
    {
        IsChanged = true;
        if (tailFrom == 0)
            tailFrom = entry.Uid;
        if (entries is not null)
        {
            entries.Add(entry);
            return;
        }
        tail = PageCodec.Append(tail, entry);
        if (tail.Length > TailBytes)
            Merge();
    }

    /// <summary>Puts an entry in the place of that with its UID.</summary>
    public void Replace(MessageEntry entry)
    {
        var all = Unpacked();
        all[all.FindIndex(other => other.Uid == entry.Uid)] = entry;
        Touch(entry.Uid);
    }

    public void Remove(uint uid)
    {
        Unpacked().RemoveAll(entry => entry.Uid == uid);
        Touch(uid);
    }

    /// <summary>Moves the tail to the page's row: newer UIDs are of another page.</summary>
    public void Merge()
    {
        if (tailFrom == 0)
            return;
        if (entries is null)
            stored = PageCodec.Join(stored, tail);
        (tail, tailFrom) = ([], 0);
        IsChanged = IsRowChanged = true;
    }

    void Touch(uint uid)
    {
        IsChanged = true;
        IsRowChanged |= tailFrom == 0 || uid < tailFrom;
    }

    void Pack()
    {
        if (entries is null || !IsChanged)
            return;
        var split = tailFrom == 0 ? entries.Count : entries.FindIndex(entry => entry.Uid >= tailFrom);
        if (split < 0)
            split = entries.Count;
        tail = PageCodec.Pack(entries[split..]);
        if (tail.Length > TailBytes)
        {
            (tail, tailFrom, split) = ([], 0, entries.Count);
            IsRowChanged = true;
        }
        if (IsRowChanged)
            stored = PageCodec.Pack(entries[..split]);
    }

    List<MessageEntry> Unpacked()
    {
        if (entries is null)
        {
            entries = [];
            PageCodec.Unpack(stored, page, entries);
            PageCodec.Unpack(tail, page, entries);
        }
        return entries;
    }
}
