using Cloud.Listener.Imap.Fetch;
using Cloud.Listener.Imap.Search;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Listener.Imap.Selected;

/// <summary>Tells what has happened in the selected mailbox.</summary>
/// <remarks>
/// In this order: what leaves searches that are kept, EXPUNGE, EXISTS, flags, what was asked for of new messages, what else has
/// changed of searches that are kept (RFC 5267 §4.3.3, §4.3.4; RFC 5465 §5, §7).
/// </remarks>
sealed class Announcement(ImapSession session, SelectedMailbox selected)
{
    readonly ImapWriter writer = session.Writer;
    readonly SequenceView view = selected.View;

    public async ValueTask RunAsync(Telling telling, CancellationToken cancel)
    {
        if (telling.HasFlag(Telling.Expunges))
        {
            if (view.HasGone && !selected.Contexts.IsEmpty)
                selected.Contexts.TellGone(view.Gone());
            await selected.AnnounceExpungesAsync(writer);
        }
        var added = IndexRanges.None;
        if (telling.HasFlag(Telling.Arrivals))
            added = selected.AnnounceArrivals(writer);
        if (telling.HasFlag(Telling.Flags))
            await selected.AnnounceFlagsAsync(writer);
        if (!added.IsEmpty)
            await TryFetchAsync(added, cancel);
        if (telling.HasFlag(Telling.Arrivals) && view.TakeTouched() is { IsEmpty: false } touched)
            await selected.Contexts.TellChangesAsync(touched, cancel);
        if ((telling | Telling.Expunges) == Telling.All)
            selected.AnnounceModSeq(writer);
    }

    async ValueTask TryFetchAsync(IndexRanges added, CancellationToken cancel)
    {
        try
        {
            await FetchAsync(added, cancel);
        }
        catch (StoreException e)
        {
            // The client knows their numbers, and can ask by itself.
            Log.SyncFailed(session.Services.Logger, e, session.TraceId);
        }
    }

    /// <summary>What NOTIFY and kept searches ask for goes into one response a message (RFC 5465 §5.2).</summary>
    async ValueTask FetchAsync(IndexRanges added, CancellationToken cancel)
    {
        var uids = added.ToExactUids(view);
        var asked = await selected.Contexts.FindNewAsync(uids, cancel);
        var indexes = added.Indexes().ToList();
        for (var at = 0; at < indexes.Count; )
        {
            var contexts = Matching(indexes[at]);
            var end = at + 1;
            while (end < indexes.Count && Matching(indexes[end]).SequenceEqual(contexts))
                end++;
            await FetchAsync(contexts, IndexRanges.Of([.. indexes[at..end].Select(index => (index, index))]), cancel);
            at = end;
        }

        IEnumerable<SearchContext> Matching(int index) =>
            asked.Where(one => one.Uids.Contains(view.Uid(index))).Select(one => one.Context);
    }

    /// <summary>Messages that stand side by side and of which the same is asked.</summary>
    async ValueTask FetchAsync(IEnumerable<SearchContext> contexts, IndexRanges messages, CancellationToken cancel)
    {
        var items = session.Notifications.NewItems;
        foreach (var context in contexts)
            items = items is null ? context.NewItems : items.And(context.NewItems!);
        if (items is null)
            return;
        var response = new FetchResponse(session, selected, session.Dialect.UidOnly ? items.WithoutUid() : items);
        if (items.NeedsEmail)
            await response.WriteAsync(messages, cancel);
        else
            await response.WriteFromViewAsync(messages);
    }
}
