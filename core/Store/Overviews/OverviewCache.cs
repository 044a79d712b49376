using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;

namespace Cloud.Store.Overviews;

/// <summary>Overviews that were read a while ago; the least recently used go when there are too many.</summary>
/// <remarks>
/// They never get wrong: what a UID names does not change, and whoever asks knows from the mailbox which UIDs there are.
/// So one that was kept before a message went has more than it needs, and nothing else.
/// </remarks>
/// <param name="limit">Octets.</param>
sealed class OverviewCache(long limit)
{
    readonly Lock guard = new();
    readonly Dictionary<Key, LinkedListNode<(Key Key, OverviewPage Page)>> pages = [];
    readonly LinkedList<(Key Key, OverviewPage Page)> byUse = new();
    long octets;

    /// <summary>Those of a run of pages that are here, by number.</summary>
    public SortedDictionary<uint, OverviewPage> Find(AccountId account, MailboxId mailbox, UidSet numbers)
    {
        var found = new SortedDictionary<uint, OverviewPage>();
        lock (guard)
        {
            foreach (var (first, last) in numbers.Ranges)
            {
                for (var number = first; number <= last; number++)
                {
                    if (!pages.TryGetValue(new(account, mailbox, number), out var node))
                        continue;
                    byUse.Remove(node);
                    byUse.AddFirst(node);
                    found.Add(number, node.Value.Page);
                }
            }
        }
        return found;
    }

    public void Add(AccountId account, MailboxId mailbox, uint number, OverviewPage page)
    {
        lock (guard)
        {
            var key = new Key(account, mailbox, number);
            if (pages.Remove(key, out var old))
                Forget(old);
            pages.Add(key, byUse.AddFirst((key, page)));
            octets += page.MemoryOctets;
            while (octets > limit && byUse.Last is { } oldest)
            {
                pages.Remove(oldest.Value.Key);
                Forget(oldest);
            }
        }
    }

    void Forget(LinkedListNode<(Key Key, OverviewPage Page)> node)
    {
        byUse.Remove(node);
        octets -= node.Value.Page.MemoryOctets;
    }

    readonly record struct Key(AccountId Account, MailboxId Mailbox, uint Number);
}
