using Cloud.Store.Messages;
using Cloud.Store.Packing;

namespace Cloud.Store.Changes;

/// <summary>What one change did to the mailboxes it touched.</summary>
/// <remarks>Packed: a version octet, then per mailbox its number, changed UIDs and vanished UIDs as ranges.</remarks>
sealed class ChangeLog
{
    const byte Version = 1;

    readonly SortedDictionary<uint, MailboxLog> mailboxes = [];

    public IEnumerable<KeyValuePair<uint, MailboxLog>> Mailboxes => mailboxes;

    public bool IsEmpty => mailboxes.Count == 0;

    /// <summary>Transactions whose messages went for good: who repeats one does not bring its message back.</summary>
    public List<TransactionId> Removed { get; } = [];

    /// <summary>Why messages that came with this change are where they are.</summary>
    public List<(TransactionId Transaction, ReadOnlyMemory<byte> Trace)> Traces { get; } = [];

    /// <summary>What it did to single messages.</summary>
    public ChangeNotes Notes { get; } = new();

    /// <summary>The mailbox's part, made when there is none: its properties changed if nothing else.</summary>
    public MailboxLog Of(MailboxId mailbox)
    {
        if (!mailboxes.TryGetValue(mailbox.Value, out var log))
            mailboxes.Add(mailbox.Value, log = new());
        return log;
    }

    public MailboxLog? Find(MailboxId mailbox) => mailboxes.GetValueOrDefault(mailbox.Value);

    public byte[] Pack()
    {
        var writer = new PackWriter(64);
        writer.Byte(Version);
        foreach (var (mailbox, log) in mailboxes)
        {
            writer.Varint(mailbox);
            Pack(writer, log.Changed);
            Pack(writer, log.Vanished);
        }
        return writer.ToArray();
    }

    public static ChangeLog Unpack(ReadOnlySpan<byte> packed)
    {
        var changes = new ChangeLog();
        var reader = new PackReader(packed);
        reader.ExpectVersion(Version);
        while (!reader.AtEnd)
        {
            var log = changes.Of(new(reader.Varint32()));
            Unpack(ref reader, log.Changed);
            Unpack(ref reader, log.Vanished);
        }
        return changes;
    }

    static void Pack(PackWriter writer, IReadOnlyCollection<uint> uids)
    {
        var ranges = UidSet.Of(uids).Ranges;
        writer.Varint((ulong)ranges.Count);
        var last = 0u;
        foreach (var range in ranges)
        {
            writer.Varint(range.First - last);
            writer.Varint(range.Last - range.First);
            last = range.Last;
        }
    }

    static void Unpack(ref PackReader reader, HashSet<uint> uids)
    {
        var last = 0u;
        for (var ranges = reader.Varint32(); ranges > 0; ranges--)
        {
            var first = last + reader.Varint32();
            last = first + reader.Varint32();
            for (var uid = first; uid <= last; uid++)
                uids.Add(uid);
        }
    }
}

/// <summary>What happened in one mailbox.</summary>
sealed class MailboxLog
{
    public HashSet<uint> Changed { get; } = [];

    public HashSet<uint> Vanished { get; } = [];
}
