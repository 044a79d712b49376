using Cloud.Flow.Outbound;
using Cloud.Store.Accounts;

namespace Cloud.Flow.Trace;

/// <summary>The newest messages of the outbox, which is read from its old end on.</summary>
/// <remarks>
/// Spans of time are read, the newest first. One with more messages than a span's pages hold is kept as far as it was read;
/// of what comes behind, the new end is next, as long as half of what the pages held. So what is told has no holes.
/// </remarks>
sealed class NewestSent(OutboxControl control, TimeProvider time)
{
    /// <summary>Pages that are read for one question, of some thousand rows each.</summary>
    const int MaxPages = 60;

    /// <summary>Where recipients are asked for: each message is another read.</summary>
    const int MaxRecipientPages = 20;

    /// <summary>Pages of one span.</summary>
    const int SpanPages = 4;

    static readonly TimeSpan[] Back = [TimeSpan.FromDays(3), TimeSpan.FromHours(6)];

    /// <param name="filter">Says with <see cref="OutboxFilter.Sees"/> what the asker may hear of: the rest costs little.</param>
    /// <param name="limit">Enough of them; more may come.</param>
    /// <returns>The newest, in no order; whether there may be older ones that were not looked at.</returns>
    public async ValueTask<(IReadOnlyList<QueuedMessage> Messages, bool IsCut)> ReadAsync(
        OutboxFilter filter,
        int limit,
        CancellationToken cancel
    )
    {
        var found = new List<QueuedMessage>();
        var spans = SpansOf(filter);
        var left = filter.Recipient is null ? MaxPages : MaxRecipientPages;
        while (found.Count < limit && spans.TryPop(out var span))
        {
            if (span.Read is { } read)
                found.AddRange(read);
            else if (left <= 0)
                return (found, true);
            else
                left -= await ReadAsync(filter, span, Math.Min(left, SpanPages), spans, cancel);
        }
        return (found, false);
    }

    Stack<Span> SpansOf(OutboxFilter filter)
    {
        var now = time.GetUtcNow();
        var spans = new Stack<Span>();
        var start = filter.Since ?? now - AccountStore.LogAge;
        foreach (var end in Back.Select(back => now - back))
        {
            if (end <= start || end >= filter.Until)
                continue;
            spans.Push(new(start, end));
            start = end;
        }
        spans.Push(new(start, filter.Until));
        return spans;
    }

    /// <summary>Reads a span, and puts back what was read of it, below what was not.</summary>
    /// <returns>Pages that were read.</returns>
    async ValueTask<int> ReadAsync(
        OutboxFilter filter,
        Span span,
        int most,
        Stack<Span> spans,
        CancellationToken cancel
    )
    {
        var read = new List<QueuedMessage>();
        var sent = filter with { Since = span.Since, Until = span.Until };
        Store.TransactionId? after = null;
        for (var pages = 1; ; pages++)
        {
            var page = await control.ListAsync(sent, after, OutboxControl.MaxPage, cancel);
            read.AddRange(page.Messages);
            after = page.Cursor;
            if (after is not { } end)
            {
                spans.Push(span with { Read = read });
                return pages;
            }
            if (pages < most)
                continue;
            // Its last millisecond may have more: that is read again.
            spans.Push(new(span.Since, end.At) { Read = read.FindAll(one => one.Message.Id.At < end.At) });
            PushRest(spans, span with { Since = end.At }, (end.At - span.Since) / 2);
            return pages;
        }
    }

    void PushRest(Stack<Span> spans, Span rest, TimeSpan length)
    {
        var middle = (rest.Until ?? time.GetUtcNow()) - length;
        if (length <= TimeSpan.Zero || middle <= rest.Since)
        {
            spans.Push(rest);
            return;
        }
        spans.Push(rest with { Until = middle });
        spans.Push(rest with { Since = middle });
    }

    /// <param name="Until">Exclusive; null for the new end.</param>
    readonly record struct Span(DateTimeOffset Since, DateTimeOffset? Until)
    {
        /// <summary>What is there; null where nobody has looked yet.</summary>
        public List<QueuedMessage>? Read { get; init; }
    }
}
