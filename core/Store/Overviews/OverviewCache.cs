using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;

namespace Cloud.Store.Overviews;

/// <summary>Overviews that were read a while ago.</summary>
/// <remarks>
/// They never get wrong: what a UID names does not change, and whoever asks knows from the mailbox which UIDs there are.
/// So one that was kept before a message went has more than it needs, and nothing else.
/// </remarks>
/// <param name="limit">Octets.</param>
sealed class OverviewCache(long limit)
{
    readonly LeastRecentlyUsed<(AccountId, MailboxId, uint), OverviewPage> pages = new(
        limit,
        page => page.MemoryOctets
    );

    /// <summary>Those of a run of pages that are here, by number.</summary>
    public SortedDictionary<uint, OverviewPage> Find(AccountId account, MailboxId mailbox, UidSet numbers)
    {
        var found = new SortedDictionary<uint, OverviewPage>();
        foreach (var (first, last) in numbers.Ranges)
        {
            for (var number = first; number <= last; number++)
            {
                if (pages.Find((account, mailbox, number)) is { } page)
                    found.Add(number, page);
            }
        }
        return found;
    }

    public void Add(AccountId account, MailboxId mailbox, uint number, OverviewPage page) =>
        pages.Set((account, mailbox, number), page);
}
