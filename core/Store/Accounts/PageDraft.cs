using Cloud.Store.Messages;

namespace Cloud.Store.Accounts;

/// <summary>A page while a change works on it. Appending leaves it packed; anything else unpacks it.</summary>
sealed class PageDraft(uint page, byte[] packed)
{
    byte[] packed = packed;
    List<MessageEntry>? entries;

    public uint Page => page;

    /// <summary>Whether a row was there when it was read.</summary>
    public bool Stored { get; } = packed.Length > 0;

    public bool IsChanged { get; private set; }

    public IReadOnlyList<MessageEntry> Entries => Unpacked();

    public byte[] Packed
    {
        get
        {
            if (entries is not null && IsChanged)
                packed = PageCodec.Pack(entries);
            return packed;
        }
    }

    /// <param name="entry">With a UID above all others of the page.</param>
    public void Append(in MessageEntry entry)
    {
        if (entries is not null)
            entries.Add(entry);
        else
            packed = PageCodec.Append(packed, entry);
        IsChanged = true;
    }

    /// <summary>Puts an entry in the place of that with its UID.</summary>
    public void Replace(MessageEntry entry)
    {
        var all = Unpacked();
        all[all.FindIndex(other => other.Uid == entry.Uid)] = entry;
        IsChanged = true;
    }

    public void Remove(uint uid)
    {
        Unpacked().RemoveAll(entry => entry.Uid == uid);
        IsChanged = true;
    }

    List<MessageEntry> Unpacked()
    {
        if (entries is null)
        {
            entries = [];
            PageCodec.Unpack(packed, page, entries);
        }
        return entries;
    }
}
