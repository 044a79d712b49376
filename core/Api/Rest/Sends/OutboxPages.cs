using Cloud.Flow.Outbound;
using Cloud.Store;

namespace Cloud.Api.Rest.Sends;

/// <summary>Pages of what is in the outbox, in the order in which it was accepted.</summary>
static class OutboxPages
{
    /// <exception cref="ApiException">400: it is asked to go on from no cursor of such a list.</exception>
    public static async ValueTask<Page<T>> OutboxPageAsync<T>(
        this ApiCall call,
        OutboxFilter filter,
        Func<QueuedMessage, T> item,
        CancellationToken cancel
    )
    {
        TransactionId? after = call.After is { } place ? TransactionId.TryParse(place) ?? throw Pages.NoCursor() : null;
        var page = await call.Rooms.Backend.Sending.Control.ListAsync(filter, after, call.Limit, cancel);
        return new([.. page.Messages.Select(item)], page.Cursor is { } next ? Cursor.Encode($"{next}") : null);
    }
}
