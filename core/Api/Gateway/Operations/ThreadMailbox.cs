using System.Text;
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
        var (view, entries) = (found.Value.View, found.Value.Entries());
        var overviews = await FetchOverviews.AllOfAsync(accounts, request.Search.Account, view, entries, cancel);
        var messages = new List<ThreadedMessage>(entries.Count);
        foreach (var entry in entries)
        {
            if (overviews.TryFind(entry, out var overview))
                messages.Add(Of(entry, overview));
            else
                messages.Add(new(entry.Uid, "", [], "", false, entry.Received, entry.Received));
        }
        return new ThreadResult(Threads.Of(request.Algorithm, messages));
    }

    static ThreadedMessage Of(in MessageEntry entry, in Overview overview)
    {
        var references = new List<string>();
        foreach (var id in overview.References)
            references.Add(Encoding.Latin1.GetString(id));
        if (references.Count == 0 && First(overview[OverviewField.InReplyTo]) is { Length: > 0 } parent)
            references.Add(parent);
        var subject = overview.BaseSubject;
        return new(
            entry.Uid,
            First(overview[OverviewField.MessageId]),
            references,
            SortKeys.Casemap(subject.Text),
            subject.IsReplyOrForward,
            SortOrder.SentOf(entry, overview),
            entry.Received
        );
    }

    /// <returns>Empty where there is no message-id.</returns>
    static string First(OverviewText field) =>
        field.IsNil ? "" : Encoding.Latin1.GetString(MessageIds.First(new Octets(field.Span.ToArray())).Span);
}
