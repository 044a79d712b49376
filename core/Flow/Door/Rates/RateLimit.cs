using System.Globalization;

namespace Cloud.Flow.Door.Rates;

/// <summary>What is counted.</summary>
public enum RateUnit
{
    Messages,

    /// <summary>Each message's recipients together.</summary>
    Recipients,
}

/// <summary>So many in so much time, the last so much at any moment.</summary>
/// <param name="Most">From 1.</param>
/// <param name="Window">Whole seconds, from a minute to 31 days.</param>
public sealed record RateLimit(RateUnit Unit, int Most, TimeSpan Window)
{
    public static readonly TimeSpan ShortestWindow = TimeSpan.FromMinutes(1);

    public static readonly TimeSpan LongestWindow = TimeSpan.FromDays(31);

    /// <summary>Whether it is one.</summary>
    public bool IsSound => Most > 0 && Window >= ShortestWindow && Window <= LongestWindow;

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Most} {(Unit == RateUnit.Messages ? "messages" : "recipients")} in {ToText(Window)}"
        );

    static string ToText(TimeSpan window) =>
        window.TotalHours switch
        {
            < 1 => string.Create(CultureInfo.InvariantCulture, $"{window.TotalMinutes:0.#} min"),
            < 48 => string.Create(CultureInfo.InvariantCulture, $"{window.TotalHours:0.#} h"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{window.TotalDays:0.#} days"),
        };
}
