using Cloud.Api.Gateway;
using Cloud.Listener.Imap.Search;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Search;

namespace Cloud.Listener.Imap.Commands;

/// <summary>SORT and UID SORT. RFC 5256 §3; by what is displayed: RFC 5957.</summary>
/// <param name="Key">Null for a charset that is not known here.</param>
sealed record Sort(IReadOnlyList<SortCriterion> Criteria, SearchKey? Key, bool Uids) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args) => Parse(ref args, uids: false);

    public static IImapCommand ParseUid(ref ImapReader args) => Parse(ref args, uids: true);

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        if (Key is null)
            return Reply.BadCharset;
        var selected = session.Selected!;
        var known = selected.View.All.ToUids(selected.View);
        var search = new SearchRequest(session.Account, selected.Id, known, SessionKeys.Resolve(Key, selected));
        var sorted = await session.Gateway.SortAsync(new(search, Criteria), cancel);
        if (!sorted.IsOk)
            return Reply.From(sorted.Refusal, sorted.Reason);

        var writer = session.Writer;
        writer.Put("* SORT"u8);
        foreach (var uid in sorted.Value.Uids)
        {
            if (selected.View.IndexOf(uid) is var index && index < 0)
                continue;
            writer.Put(" "u8);
            writer.Put(Uids ? uid : (uint)index + 1);
            await writer.FlushIfFullAsync();
        }
        writer.Crlf();
        return Reply.Ok("Sorted");
    }

    static IImapCommand Parse(ref ImapReader args, bool uids)
    {
        args.ExpectSP();
        var criteria = ExpectCriteria(ref args);
        args.ExpectSP();
        return new Sort(criteria, SearchQuery.ParseCriteria(ref args), uids);
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
        : throw args.Expected("something to sort by");
}
