using Cloud.Mail;
using Cloud.Mail.Headers;
using Cloud.Store.Accounts;
using Cloud.Store.Messages;
using Cloud.Store.Overviews;
using Cloud.Store.Search;
using Cloud.Store.Threading;

namespace Cloud.Api.Gateway.Operations;

/// <summary>THREAD: a search whose finds are put together to conversations (RFC 5256 §3).</summary>
static class ThreadMailbox
{
    public static async ValueTask<Result<ThreadResult>> RunAsync(
        AccountStore accounts,
        ThreadRequest request,
        CancellationToken cancel
    )
    {
        var found = await SearchMailbox.FindAsync(accounts, request.Search, cancel);
        if (!found.IsOk)
            return new Result(found.Refusal, found.Reason);
        var messages = await FetchOverviews.EachAsync(
            accounts,
            request.Search.Account.Id,
            found.Value,
            (MessageEntry entry, in Overview overview, bool isThere) =>
                isThere ? Of(entry, overview) : new(entry.Uid, 0, [], 0, false, entry.Received, entry.Received),
            cancel
        );
        return new ThreadResult(Threads.Of(request.Algorithm, messages));
    }

    static ThreadedMessage Of(in MessageEntry entry, in Overview overview)
    {
        var references = new List<ulong>();
        foreach (var id in overview.References)
            references.Add(TextHash.Of(id));
        if (references.Count == 0 && First(overview[OverviewField.InReplyTo]) is > 0 and var parent)
            references.Add(parent);
        var subject = overview.BaseSubject;
        return new(
            entry.Uid,
            First(overview[OverviewField.MessageId]),
            references,
            TextHash.Of(SortKeys.Casemap(subject.Text)),
            subject.IsReplyOrForward,
            SortOrder.SentOf(entry, overview),
            entry.Received
        );
    }

    /// <returns>0 where there is no message-id.</returns>
    static ulong First(OverviewText field) =>
        field.IsNil ? 0 : TextHash.Of(MessageIds.First(new Octets(field.Span.ToArray())).Span);
}
