using Cloud.Store.Mailboxes;
using Cloud.Store.Ports;

namespace Cloud.Api.Rest;

/// <summary>A part of a list.</summary>
/// <param name="Next">Give it as <c>after</c> for the page that follows; null after the last one.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next = null);

static class Pages
{
    /// <summary>Rows read at most for one page: where a caller sees few of many, a page ends before it is full.</summary>
    const int MaxRead = 5000;

    /// <summary>Lists rows of a range, from where the page before ended.</summary>
    /// <param name="readAsync">Reads a range in order.</param>
    /// <param name="item">What a row is to the caller; null where it is nothing.</param>
    /// <exception cref="ApiException">400: it is asked to go on from no cursor of this list.</exception>
    public static async ValueTask<Page<T>> OfAsync<T>(
        this ApiCall call,
        RowRange range,
        Func<RowRange, IAsyncEnumerable<Row>> readAsync,
        Func<Row, ValueTask<T?>> item,
        CancellationToken cancel
    )
        where T : class
    {
        var (cursors, list) = (call.Rooms.Cursors, call.Route.Template);
        if (call.Query("after") is { } after)
            range = Rest(range, await cursors.OpenAsync(list, after, cancel));
        var (items, read, limit) = (new List<T>(), 0, call.Limit);
        await foreach (var row in readAsync(range))
        {
            if (await item(row) is { } found)
                items.Add(found);
            if (items.Count == limit || ++read == MaxRead)
                return new(items, await cursors.SealAsync(list, row.Key.Row, cancel));
        }
        return new(items, null);
    }

    /// <summary>Lists mailboxes by their names, from behind the one at which the page before ended.</summary>
    /// <exception cref="ApiException">400: it is asked to go on from no cursor of ours.</exception>
    public static Page<T> ByName<T>(this ApiCall call, IReadOnlyList<Mailbox> all, Func<Mailbox, T> item)
    {
        var after = call.After;
        var rest = all.Where(mailbox => after is null || string.CompareOrdinal(mailbox.Name, after) > 0)
            .OrderBy(mailbox => mailbox.Name, StringComparer.Ordinal)
            .ToList();
        var page = rest.Take(call.Limit).ToList();
        return new([.. page.Select(item)], page.Count < rest.Count ? Cursor.Encode(page[^1].Name) : null);
    }

    /// <summary>Whether a page can be what is asked for, before anything is looked for.</summary>
    /// <exception cref="ApiException">400: it is asked to go on from no cursor of this list, or for no such number.</exception>
    public static async ValueTask CheckPageAsync(this ApiCall call, CancellationToken cancel)
    {
        _ = call.Limit;
        if (
            call.Query("after") is { } after
            && await call.Rooms.Cursors.OpenAsync(call.Route.Template, after, cancel) is null
        )
            throw NoCursor();
    }

    public static ApiException NoCursor() =>
        new(ApiProblem.BadParameter("after", "after is the `next` of a page of this list."));

    /// <summary>What of a range is behind a row.</summary>
    static RowRange Rest(RowRange range, string? after)
    {
        var from = after + " "; // no key's character comes before the space
        var isWithin =
            after is not null
            && string.CompareOrdinal(from, range.From) >= 0
            && (range.To is null || string.CompareOrdinal(from, range.To) < 0)
            && from.Length <= RowLimits.KeyLength
            && after.All(KeyText.IsAllowed);
        return isWithin ? range with { From = from } : throw NoCursor();
    }
}
