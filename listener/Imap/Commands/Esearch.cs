using Cloud.Listener.Imap.Search;
using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;

namespace Cloud.Listener.Imap.Commands;

/// <summary>ESEARCH: one search of several mailboxes, one after the other. RFC 7377.</summary>
/// <param name="Sources">None for the selected mailbox.</param>
sealed record Esearch(IReadOnlyList<MailboxFilter> Sources, SearchQuery Query) : IImapCommand
{
    static readonly MailboxFilter[] JustSelected = [new(MailboxScope.Selected, [])];

    public static IImapCommand Parse(ref ImapReader args)
    {
        var ahead = args;
        IReadOnlyList<MailboxFilter> sources = JustSelected;
        if (ahead.SP() && ahead.Label("IN"u8))
        {
            sources = ExpectSources(ref ahead);
            args = ahead;
        }
        return new Esearch(sources, SearchQuery.Parse(ref args));
    }

    bool TakesSelected => Sources.Any(source => source.IsSelected);

    public bool SpeaksNumbers => Query.SpeaksNumbers;

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        CheckIn(session);
        if (!Query.IsUnderstood)
            return Reply.BadCharset;
        if (Query.AsksModSeq)
            session.UseModSeqs();
        var saved = session.Selected?.Saved ?? UidSet.Empty; // Before it is replaced: $ is what was saved last.
        if (Query.Return.Has(SearchReturns.Save))
            session.Selected!.Saved = UidSet.Empty;
        var all = await NamespaceView.ListAsync(session, Sources.Any(source => source.ReachesOthers), cancel);
        var wanted = all.Mailboxes.Where(IsWanted).ToList();
        if (TakesSelected && !wanted.Exists(session.Selected!.Is))
            wanted.Add(session.Selected.Found);
        if (wanted.Count > ImapLimits.SearchedMailboxes)
            return Reply.No("LIMIT", $"At most {ImapLimits.SearchedMailboxes} mailboxes are searched at once"); // §2.4
        foreach (var mailbox in wanted)
        {
            var refused = await SearchAsync(session, mailbox, saved, cancel);
            if (refused.Condition != Condition.Ok)
                return refused;
            await session.Writer.FlushIfFullAsync();
        }
        return Reply.Ok("Searched");
    }

    /// <summary>§2.2: what makes no sense in this session is BAD.</summary>
    void CheckIn(ImapSession session)
    {
        Query.CheckIn(session);
        if (TakesSelected && session.Selected is null)
            throw new SyntaxException("No mailbox is selected");
        if (Query.Return.Has(SearchReturns.Save) && Sources is not [{ IsSelected: true }])
            throw new SyntaxException("Only what is found in the selected mailbox is saved");
        if (Query.Return.Has(SearchReturns.Update) && session.Selected is null)
            throw new SyntaxException("Only searches of the selected mailbox are kept");
    }

    /// <summary>§2.2: what may not be read is passed over.</summary>
    bool IsWanted(FoundMailbox found) =>
        found.Rights.HasFlag(MailboxRights.Read) && Sources.Any(source => source.Has(found));

    async ValueTask<Reply> SearchAsync(ImapSession session, FoundMailbox found, UidSet saved, CancellationToken cancel)
    {
        var mailbox = found.Mailbox;
        var selected = session.Selected is { } one && one.Is(found) ? one : null;
        if (await OpenAsync(session, selected, found, cancel) is not { } source)
            return Reply.Ok("It has nothing, or is gone");
        var key = Query.KeyIn(session, source, selected is null ? UidSet.Empty : saved);
        var matching = await StoreSearch.FindAsync(session, source, key, cancel);
        if (!matching.IsOk)
            return Reply.From(matching.Refusal, matching.Reason);
        if (selected is not null)
            Keep(session, selected, saved, matching.Value);
        var indexes = source.View.FindUids(matching.Value.Ranges);
        if (indexes.IsEmpty || Query.Return.IsSilent)
            return Reply.Ok("Nothing to tell"); // §2.1
        Scores? scores = null;
        if (Query.Return.Has(SearchReturns.Relevancy))
        {
            var scored = await StoreSearch.ScoreAsync(session, source, key, matching.Value, cancel);
            if (!scored.IsOk)
                return Reply.From(scored.Refusal, scored.Reason);
            scores = scored.Value;
        }
        new SearchResponse(session, Query, source.View, uids: true) { Scores = scores, Mailbox = mailbox }.Write(
            indexes
        );
        return Reply.Ok("Searched");
    }

    void Keep(ImapSession session, SelectedMailbox selected, UidSet saved, UidSet found)
    {
        if (Query.Return.Has(SearchReturns.Save))
            selected.Saved = Query.Return.About(selected.View.FindUids(found.Ranges)).ToExactUids(selected.View);
        if (Query.KeptKeyIn(session, saved) is { } key)
            selected.Contexts.Add(new(session.Tag, Uids: true, key, [], Query.Return.NewItems) { Results = found });
    }

    /// <returns>Null where there is nothing to be found.</returns>
    static async ValueTask<SearchSource?> OpenAsync(
        ImapSession session,
        SelectedMailbox? selected,
        FoundMailbox found,
        CancellationToken cancel
    )
    {
        if (selected is not null)
            return selected.Source;
        if (found.Mailbox.Messages == 0)
            return null;
        var opened = await session.Gateway.OpenAsync(found.Account, found.Mailbox.Id, claimRecent: false, cancel);
        return opened is null
            ? null
            : new(
                found.Account,
                found.Mailbox.Id,
                SequenceView.Of(opened.Entries, uint.MaxValue),
                opened.Mailbox.Keywords
            );
    }

    /// <summary><c>SP "(" filter-mailboxes *(SP filter-mailboxes) ")"</c>; no scope options are defined.</summary>
    static List<MailboxFilter> ExpectSources(ref ImapReader args)
    {
        var sources = new List<MailboxFilter>();
        args.ExpectSP();
        args.ExpectChar('(');
        do
        {
            if (sources.Count == ImapLimits.ListItems)
                throw new SyntaxException($"At most {ImapLimits.ListItems} sources");
            sources.Add(MailboxFilter.Parse(ref args, subtreeOne: true));
        } while (args.SP());
        args.ExpectChar(')');
        return sources;
    }
}
