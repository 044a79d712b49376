namespace Cloud.Flow.Trace;

/// <summary>Messages that can be traced, newest first.</summary>
/// <param name="IsCut">There are too many to look at all: older ones may be missing.</param>
public sealed record TraceList(IReadOnlyList<TraceSummary> Messages, bool IsCut);
