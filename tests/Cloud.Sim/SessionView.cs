using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Store.Messages;

namespace Cloud.Sim;

/// <summary>A selected mailbox as its session knows it: opened once, then kept up by what it is told.</summary>
sealed class SessionView(MailboxView opened)
{
    readonly SortedDictionary<uint, MessageEntry> entries = new(opened.Entries.ToDictionary(entry => entry.Uid));

    public MailboxId Mailbox { get; } = opened.Mailbox.Id;

    public ulong Revision { get; private set; } = opened.Revision;

    public uint UidNext { get; private set; } = opened.Mailbox.UidNext;

    public IReadOnlyDictionary<uint, MessageEntry> Entries => entries;

    public void Apply(MailboxChanges changes)
    {
        Assert.True(changes.Mailbox.UidNext >= UidNext, "UIDNEXT fell");
        foreach (var entry in changes.Changed)
        {
            Assert.True(entries.ContainsKey(entry.Uid) || entry.Uid >= UidNext, $"UID {entry.Uid} came late");
            entries[entry.Uid] = entry;
        }
        foreach (var range in changes.Vanished.Ranges)
        {
            for (var uid = range.First; uid <= range.Last; uid++)
                entries.Remove(uid);
        }
        (Revision, UidNext) = (changes.Revision, changes.Mailbox.UidNext);
    }

    public override string ToString() => $"revision {Revision}, {UidSet.Of(entries.Keys)}";
}
