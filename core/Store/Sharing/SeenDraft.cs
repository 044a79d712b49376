using Cloud.Store.Changes;
using Cloud.Store.Messages;

namespace Cloud.Store.Sharing;

/// <summary>A reader's marks in a mailbox while a change is put together.</summary>
/// <param name="log">Of the change: who marks anything raises the account's revision, and all sessions look.</param>
/// <param name="revision">What the change's marks carry as mod-sequence.</param>
sealed class SeenDraft(SeenMarks before, ChangeLog log, MailboxId mailbox, ulong revision)
{
    readonly SortedDictionary<uint, bool> marked = [];

    public bool IsChanged => marked.Count > 0;

    public SeenMarks Marks =>
        before.With(
            UidSet.Of(marked.Where(mark => mark.Value).Select(mark => mark.Key)),
            UidSet.Of(marked.Where(mark => !mark.Value).Select(mark => mark.Key)),
            revision
        );

    public void Mark(uint uid, bool seen)
    {
        log.Of(mailbox);
        marked[uid] = seen;
    }

    /// <summary>An entry as the reader sees it after this change.</summary>
    public MessageEntry Of(MessageEntry entry)
    {
        var known = before.Of(entry);
        if (!marked.TryGetValue(entry.Uid, out var seen))
            return known;
        var flags = known.Flags & ~MessageFlags.Seen;
        return known with { Flags = seen ? flags | MessageFlags.Seen : flags, ModSeq = revision };
    }
}
