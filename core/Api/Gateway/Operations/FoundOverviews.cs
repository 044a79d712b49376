using Cloud.Store.Messages;
using Cloud.Store.Overviews;

namespace Cloud.Api.Gateway.Operations;

/// <summary>Overviews of a mailbox's messages, by page, and of those that no page keeps.</summary>
sealed class FoundOverviews(IReadOnlyDictionary<uint, OverviewPage> pages)
{
    readonly Dictionary<uint, OverviewPage> others = [];

    public bool Has(MessageEntry entry) => TryFind(entry, out _);

    public void Add(IEnumerable<MessageEntry> entries, OverviewPage page)
    {
        foreach (var entry in entries)
            others[entry.Uid] = page;
    }

    /// <returns>False for a message that has gone.</returns>
    public bool TryFind(MessageEntry entry, out Overview overview)
    {
        overview = default;
        if (
            pages.TryGetValue(PageRows.PageOf(entry.Uid), out var page)
            && page.TryFind(entry.Uid, entry.Email, out overview)
            && overview.IsKept
        )
            return true;
        return others.TryGetValue(entry.Uid, out var other) && other.TryFind(entry.Uid, entry.Email, out overview);
    }
}
