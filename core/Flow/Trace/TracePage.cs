using System.Globalization;

namespace Cloud.Flow.Trace;

/// <summary>Messages of a list, newest first, and where it goes on.</summary>
/// <param name="Next">Null after the last one.</param>
/// <param name="IsCut">After the last one older ones may be missing.</param>
public sealed record TracePage(IReadOnlyList<TraceSummary> Messages, TracePlace? Next, bool IsCut)
{
    /// <summary>What comes after a place.</summary>
    /// <remarks>
    /// The list is put together of several, each of which can be read from its new end on alone: so all before is read again,
    /// as much as it was then, and more where new messages have come meanwhile.
    /// </remarks>
    /// <param name="newestAsync">Reads so many, newest first.</param>
    /// <param name="after">Where the page before ended; null for the first.</param>
    public static async ValueTask<TracePage> OfAsync(
        Func<int, ValueTask<TraceList>> newestAsync,
        TracePlace? after,
        int limit
    )
    {
        for (var most = (after?.Depth ?? 0) + limit + 1; ; most *= 2)
        {
            most = Math.Min(most, Tracing.MaxList);
            var (newest, isCut) = await newestAsync(most);
            var gone = after is null ? 0 : newest.TakeWhile(one => !after.IsBefore(one)).Count();
            var page = newest.Skip(gone).Take(limit).ToList();
            if (newest.Count > gone + limit)
                return new(page, TracePlace.Of(page[^1], gone + limit), IsCut: false);
            if (newest.Count < most || most == Tracing.MaxList)
                return new(page, null, isCut || newest.Count == Tracing.MaxList);
        }
    }
}

/// <summary>A message's place in a list.</summary>
/// <param name="Who">Of <see cref="TraceSummary"/>; empty for null.</param>
/// <param name="Depth">How many came before it, and itself.</param>
public sealed record TracePlace(DateTimeOffset At, string Id, string Who, int Depth)
{
    public static TracePlace Of(TraceSummary message, int depth) =>
        new(message.At, message.Id, message.Who ?? "", depth);

    /// <returns>Null where the text is none.</returns>
    public static TracePlace? TryParse(string text) =>
        text.Split(' ', 4) is [var at, var depth, var id, var who]
        && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
        && ticks <= DateTimeOffset.MaxValue.Ticks
        && int.TryParse(depth, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number < Tracing.MaxList
            ? new(new(ticks, TimeSpan.Zero), id, who, number)
            : null;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{At.UtcTicks} {Depth} {Id} {Who}");

    /// <summary>Whether a message comes after it in the list.</summary>
    public bool IsBefore(TraceSummary message)
    {
        var order = message.At.CompareTo(At);
        if (order == 0)
            order = string.CompareOrdinal(message.Id, Id);
        if (order == 0)
            order = string.CompareOrdinal(message.Who ?? "", Who);
        return order < 0;
    }
}
