using System.Globalization;
using Cloud.Flow.Door;
using Cloud.Trust.Content;

namespace Cloud.Flow.Trace;

/// <summary>What was found out about a message, in words.</summary>
static class EvidenceText
{
    public static IEnumerable<TraceStep> Steps(MessageTrace trace, DateTimeOffset at, string? who)
    {
        if (trace.Session is { } session)
            yield return new(at, TraceKind.Session, who, Text(session));
        if (trace.Evidence is not { } evidence)
            yield break;
        foreach (var step in evidence.Steps)
            yield return new(at, TraceKind.Check, who, step);
        foreach (var hit in evidence.Hits)
            yield return new(at, TraceKind.Rule, who, $"{hit.Name} {ContentScore.Text(hit.Score)}: {hit.Explanation}");
        var isRefusal = evidence.Outcome is DoorOutcome.Reject or DoorOutcome.Defer;
        yield return new(at, isRefusal ? TraceKind.Refused : TraceKind.Verdict, who, Verdict(evidence));
    }

    public static string Verdict(Evidence evidence) =>
        $"{evidence.Outcome}, {ContentScore.Text(evidence.Score.Total)} points {evidence.Reason}".Trim();

    static string Text(SessionFacts session)
    {
        var parts = new List<string> { $"by {session.By}" };
        if (session.Client is { } client)
            parts.Add($"from {client}");
        if (session.Helo is { Length: > 0 } helo)
            parts.Add($"which calls itself {helo}");
        if (session.By is "smtp" or "submission")
            parts.Add(session.Tls is { } tls ? $"over {tls}" : "in clear");
        if (session.Account is { } account)
            parts.Add($"logged in as {account}");
        if (session.From is { } from)
            parts.Add($"return path <{from}>");
        if (session.Of is { } of)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"made from {of}"));
        return string.Join(", ", parts);
    }
}
