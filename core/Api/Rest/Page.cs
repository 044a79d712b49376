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
    public static async ValueTask<Page<T>> OfAsync<T>(
        this ApiCall call,
        RowRange range,
        Func<RowRange, IAsyncEnumerable<Row>> readAsync,
        Func<Row, ValueTask<T?>> item
    )
        where T : class
    {
        var (items, read, limit) = (new List<T>(), 0, call.Limit);
        await foreach (var row in readAsync(Rest(range, call.After)))
        {
            if (await item(row) is { } found)
                items.Add(found);
            if (items.Count == limit || ++read == MaxRead)
                return new(items, Cursor.Encode(row.Key.Row));
        }
        return new(items, null);
    }

    /// <summary>What of a range is behind a row.</summary>
    static RowRange Rest(RowRange range, string? after)
    {
        if (after is null)
            return range;
        var from = after + " "; // no key's character comes before the space
        var isWithin =
            string.CompareOrdinal(from, range.From) >= 0
            && (range.To is null || string.CompareOrdinal(from, range.To) < 0)
            && from.Length <= RowLimits.KeyLength
            && after.All(KeyText.IsAllowed);
        return isWithin
            ? range with
            {
                From = from,
            }
            : throw new ApiException(ApiProblem.BadParameter("after", "after is the `next` of a page of this list."));
    }
}
