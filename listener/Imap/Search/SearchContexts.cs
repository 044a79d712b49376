using System.Globalization;
using System.Text;
using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Listener.Imap.Search;

/// <summary>The searches of a selected mailbox whose changes are told (RFC 5267 §4.3); they end with its selection.</summary>
/// <remarks>Only messages that came or changed are looked at again; what is sorted is sorted anew when something is added.</remarks>
sealed class SearchContexts(ImapSession session, SelectedMailbox selected)
{
    readonly List<SearchContext> contexts = [];

    public bool IsEmpty => contexts.Count == 0;

    public bool Has(string tag) => contexts.Exists(context => context.Tag == tag);

    /// <summary>Keeps a search from now on, or says that it is not kept (RFC 5267 §4.3.1).</summary>
    public void Add(SearchContext context)
    {
        var isTooLong = context.IsSorted && context.Sorted.Count > ImapLimits.SortedContext;
        if (contexts.Count >= ImapLimits.Contexts || isTooLong)
        {
            Refuse(context, isTooLong ? "Too many messages to be kept in order" : "Too many searches are kept");
            return;
        }
        contexts.Add(context);
        selected.View.TrackTouched();
    }

    public void Cancel(IReadOnlyList<string> tags) => contexts.RemoveAll(context => tags.Contains(context.Tag));

    /// <summary>Before EXPUNGE is told: the numbers still stand (§4.3.4).</summary>
    public void TellGone(UidSet gone)
    {
        foreach (var context in contexts)
            Remove(context, context.Results.Intersect(gone));
    }

    /// <summary>After EXISTS and FETCH are told (§4.3.3).</summary>
    public async ValueTask TellChangesAsync(UidSet touched, CancellationToken cancel)
    {
        foreach (var context in contexts.ToArray())
        {
            try
            {
                await TellChangesAsync(context, touched, cancel);
            }
            catch (StoreException e)
            {
                Log.SyncFailed(session.Services.Logger, e, session.TraceId);
                Drop(context, "The mail store does not answer");
            }
        }
    }

    /// <summary>Of the messages that have come, those of which a search that is kept is to tell more (RFC 5465 §7).</summary>
    public async ValueTask<IReadOnlyList<(SearchContext Context, UidSet Uids)>> FindNewAsync(
        UidSet added,
        CancellationToken cancel
    )
    {
        var found = new List<(SearchContext, UidSet)>();
        foreach (var context in contexts.Where(context => context.NewItems is not null))
        {
            var matching = await StoreSearch.AmongAsync(session, selected.Source, context.Key, added, cancel);
            if (matching.IsOk && !matching.Value.IsEmpty)
                found.Add((context, matching.Value));
        }
        return found;
    }

    async ValueTask TellChangesAsync(SearchContext context, UidSet touched, CancellationToken cancel)
    {
        var asked = await StoreSearch.AmongAsync(session, selected.Source, context.Key, touched, cancel);
        if (!asked.IsOk)
            return; // The mailbox is gone.
        var matching = asked.Value.Intersect(touched);
        Remove(context, context.Results.Intersect(touched).Except(matching));
        var added = matching.Except(context.Results);
        if (added.IsEmpty)
            return;
        context.Results = UidSet.Of(context.Results.Ranges.Concat(added.Ranges));
        if (context.IsSorted)
            await InsertAsync(context, added, cancel);
        else
            Write(context, " ADDTO (0 ", Numbers(context, added));
    }

    void Remove(SearchContext context, UidSet removed)
    {
        if (removed.IsEmpty)
            return;
        context.Results = context.Results.Except(removed);
        if (!context.IsSorted)
        {
            Write(context, " REMOVEFROM (0 ", Numbers(context, removed));
            return;
        }
        // From the end, so that the places before stay.
        var pairs = new StringBuilder();
        for (var at = context.Sorted.Count - 1; at >= 0; at--)
        {
            if (removed.Contains(context.Sorted[at]))
                Append(pairs, context, at);
        }
        context.Sorted.RemoveAll(removed.Contains);
        Write(context, " REMOVEFROM (", pairs.ToString());
    }

    async ValueTask InsertAsync(SearchContext context, UidSet added, CancellationToken cancel)
    {
        var (source, key) = (selected.Source, context.Key);
        var sorted = await StoreSearch.SortAsync(session, source, key, context.Results, context.Criteria, cancel);
        if (!sorted.IsOk)
            return;
        var order = sorted.Value.Uids.Where(uid => selected.View.IndexOf(uid) >= 0).ToList();
        // What has gone meanwhile has no place any more: told first, or the places of the others are wrong.
        Remove(context, UidSet.Of(context.Sorted.Except(order)));
        (context.Sorted, context.Results) = (order, UidSet.Of(order));
        if (context.Sorted.Count > ImapLimits.SortedContext)
        {
            Drop(context, "Too many messages to be kept in order");
            return;
        }
        var pairs = new StringBuilder();
        for (var at = 0; at < context.Sorted.Count; at++)
        {
            if (added.Contains(context.Sorted[at]))
                Append(pairs, context, at);
        }
        Write(context, " ADDTO (", pairs.ToString());
    }

    void Append(StringBuilder pairs, SearchContext context, int at)
    {
        if (pairs.Length > 0)
            pairs.Append(' ');
        var uid = context.Sorted[at];
        var number = context.Uids ? uid : (uint)selected.View.IndexOf(uid) + 1;
        pairs.Append(CultureInfo.InvariantCulture, $"{at + 1} {number}");
    }

    string Numbers(SearchContext context, UidSet uids) =>
        context.Uids ? uids.ToString() : selected.View.FindUids(uids.Ranges).ToNumbers();

    void Write(SearchContext context, string item, string pairs)
    {
        if (pairs.Length == 0)
            return;
        var writer = session.Writer;
        writer.BeginSearch(context.Tag);
        if (context.Uids)
            writer.Put(" UID"u8);
        writer.Put(item);
        writer.Put(pairs);
        writer.Put(")\r\n"u8);
    }

    void Drop(SearchContext context, string reason)
    {
        contexts.Remove(context);
        Refuse(context, reason);
    }

    void Refuse(SearchContext context, string reason)
    {
        session.Writer.Put("* NO [NOUPDATE "u8);
        session.Writer.String(Encoding.ASCII.GetBytes(context.Tag));
        session.Writer.Put($"] {reason}");
        session.Writer.Crlf();
    }
}
