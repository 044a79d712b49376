using System.Globalization;
using Cloud.Store.Outbox;

namespace Cloud.Flow.Outbound;

/// <summary>What became of each attempt to reach a recipient: a line for each host of each.</summary>
static class AttemptHistory
{
    /// <summary>Characters kept of all lines: the 35 attempts of five days at one host fit, of more the oldest go.</summary>
    const int MaxText = 4096;

    /// <summary>Characters kept of a line.</summary>
    const int MaxLine = 200;

    const string Cut = "...";

    const string TimeForm = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <returns>The row's history with what has come to pass now; as it was where nobody was asked.</returns>
    public static string? Add(RecipientRow row, RelayOutcome outcome, DateTimeOffset now)
    {
        if (outcome.IsUntried)
            return row.History;
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"{now.UtcDateTime.ToString(TimeForm, CultureInfo.InvariantCulture)} {row.Attempts}. "
        );
        IReadOnlyList<string> trail =
            outcome.Trail.Count > 0 ? outcome.Trail : [$"{outcome.Host} {outcome.Reply}".Trim()];
        return Bounded([.. LinesOf(row.History), .. trail.Select(line => Line(head + line))]);
    }

    /// <summary>Oldest first.</summary>
    public static IReadOnlyList<string> LinesOf(string? history) => history?.Split('\n') ?? [];

    /// <summary>A line's time, and what came to pass then.</summary>
    /// <returns>Null for what stands for lines that are gone.</returns>
    public static (DateTimeOffset At, string Text)? TryRead(string line)
    {
        var end = line.IndexOf(' ', StringComparison.Ordinal);
        var isTime = DateTimeOffset.TryParseExact(
            end < 0 ? line : line[..end],
            TimeForm,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var at
        );
        return isTime ? (at, $"attempt {line[(end + 1)..]}") : null;
    }

    static string Line(string text) => string.Concat(text.Take(MaxLine).Select(c => char.IsControl(c) ? ' ' : c));

    static string Bounded(List<string> lines)
    {
        var length = lines.Sum(line => line.Length + 1);
        if (length <= MaxText)
            return string.Join('\n', lines);
        var gone = 0;
        for (length += Cut.Length + 1; length > MaxText; gone++)
            length -= lines[gone].Length + 1;
        return string.Join('\n', [Cut, .. lines[gone..]]);
    }
}
