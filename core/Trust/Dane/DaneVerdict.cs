using Cloud.Trust.TlsRpt;

namespace Cloud.Trust.Dane;

/// <summary>Whether a server is the one that the records name.</summary>
/// <param name="Passed">Mail may go to it.</param>
/// <param name="Failure">For reports (RFC 8460 §4.3); null when it passed.</param>
/// <param name="Reason">One line: which record matched, or why none did.</param>
/// <param name="Steps">For the trace.</param>
public sealed record DaneVerdict(bool Passed, TlsFailure? Failure, string Reason, IReadOnlyList<string> Steps);
