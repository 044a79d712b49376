using Cloud.Api.Gateway;
using Cloud.Listener.Imap.Search;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Messages;
using Cloud.Store.Search;

namespace Cloud.Listener.Imap.Commands;

/// <summary>SORT and UID SORT. RFC 5256 §3; by what is displayed: RFC 5957; by how well it matches: RFC 6203 §6; with RETURN: RFC 5267 §3, §4.</summary>
sealed record Sort(IReadOnlyList<SortCriterion> Criteria, SearchQuery Query, bool Uids) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args) => Parse(ref args, uids: false);

    public static IImapCommand ParseUid(ref ImapReader args) => Parse(ref args, uids: true);

    public bool SpeaksNumbers => Query.SpeaksNumbers;

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        var (selected, asked) = (session.Selected!, Query.Return);
        Query.CheckTag(session);
        // Before it is replaced: $ is what was saved last.
        var (source, key) = (selected.Source, Query.KeyIn(session));
        var kept = Query.KeptKeyIn(session, selected.Saved);
        if (asked.Has(SearchReturns.Save))
            selected.Saved = UidSet.Empty; // Until it has succeeded: RFC 5182 §2.1.
        if (!Query.IsUnderstood)
            return Reply.BadCharset;
        if (Query.AsksModSeq)
            session.UseModSeqs();
        var matching = await StoreSearch.FindAsync(session, source, key, cancel);
        if (!matching.IsOk)
            return Reply.From(matching.Refusal, matching.Reason);
        // Whoever wants to know how well they match has them sorted by that at the very end.
        IReadOnlyList<SortCriterion> criteria = asked.Has(SearchReturns.Relevancy)
            ? [.. Criteria, .. Scores.ByRelevancy]
            : Criteria;
        var sorted = await StoreSearch.SortAsync(session, source, key, matching.Value, criteria, cancel);
        if (!sorted.IsOk)
            return Reply.From(sorted.Refusal, sorted.Reason);

        var view = selected.View;
        var found = sorted.Value.Uids.Where(uid => view.IndexOf(uid) >= 0).ToList();
        if (asked.Has(SearchReturns.Save))
            selected.Saved = UidSet.Of(SortResponse.About(asked, found));
        if (asked.Items == SearchReturns.None)
            await SortResponse.WriteAllAsync(session, Query, Uids, found);
        else if (!asked.IsSilent)
            SortResponse.WriteExtended(session, Query, Uids, found, new Scores(sorted.Value));
        if (kept is not null)
            selected.Contexts.Add(
                new(session.Tag, Uids, kept, Criteria, asked.NewItems) { Results = UidSet.Of(found), Sorted = found }
            );
        return Reply.Ok("Sorted");
    }

    static IImapCommand Parse(ref ImapReader args, bool uids)
    {
        args.ExpectSP();
        var asked = SearchReturn.None;
        if (args.Label("RETURN"u8))
        {
            asked = SearchReturn.Parse(ref args);
            args.ExpectSP();
        }
        var criteria = ExpectCriteria(ref args);
        args.ExpectSP();
        var query = SearchQuery.ParseCriteria(ref args, asked);
        if (criteria.Exists(one => one.Field == SortField.Relevancy) && query is { IsUnderstood: true, IsFuzzy: false })
            throw new SyntaxException("RELEVANCY stands beside FUZZY"); // RFC 6203 §6
        return new Sort(criteria, query, uids);
    }

    /// <summary><c>sort-criteria = "(" sort-criterion *(SP sort-criterion) ")"</c>.</summary>
    static List<SortCriterion> ExpectCriteria(ref ImapReader args)
    {
        var criteria = new List<SortCriterion>();
        args.ExpectChar('(');
        do
        {
            if (criteria.Count == SortRequest.MaxCriteria)
                throw new SyntaxException($"At most {SortRequest.MaxCriteria} sort criteria");
            var reverse = args.Label("REVERSE"u8);
            if (reverse)
                args.ExpectSP();
            criteria.Add(new(ExpectField(ref args), reverse));
        } while (args.SP());
        args.ExpectChar(')');
        return criteria;
    }

    static SortField ExpectField(ref ImapReader args) =>
        args.Label("ARRIVAL"u8) ? SortField.Arrival
        : args.Label("CC"u8) ? SortField.Cc
        : args.Label("DATE"u8) ? SortField.Date
        : args.Label("FROM"u8) ? SortField.From
        : args.Label("SIZE"u8) ? SortField.Size
        : args.Label("SUBJECT"u8) ? SortField.Subject
        : args.Label("TO"u8) ? SortField.To
        : args.Label("DISPLAYFROM"u8) ? SortField.DisplayFrom
        : args.Label("DISPLAYTO"u8) ? SortField.DisplayTo
        : args.Label("RELEVANCY"u8) ? SortField.Relevancy
        : throw args.Expected("something to sort by");
}
