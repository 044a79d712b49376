namespace Cloud.Listener.Tls.Acme;

/// <summary>The authority said no (RFC 8555 §6.7).</summary>
sealed class AcmeRefusal(AcmeProblem problem, int status, TimeSpan retryAfter = default)
    : CertificateException(Text(problem, status), null, retryAfter)
{
    /// <summary>Characters of the authority's own words that are repeated.</summary>
    const int MaxDetail = 500;

    const string Namespace = "urn:ietf:params:acme:error:";

    /// <summary>The last part of an ACME error's name: <c>badNonce</c>, <c>rateLimited</c>; null for other troubles.</summary>
    public string? Kind { get; } = KindOf(problem);

    static string? KindOf(AcmeProblem problem) =>
        problem.Type?.StartsWith(Namespace, StringComparison.Ordinal) == true ? problem.Type[Namespace.Length..] : null;

    static string Text(AcmeProblem problem, int status)
    {
        var more = problem.Subproblems?.Select(sub => sub.Detail).OfType<string>() ?? [];
        var said = string.Join("; ", more.Prepend(problem.Detail ?? "no reason given"));
        // What a stranger wrote goes into the log as one line.
        var line = string.Concat(said.Take(MaxDetail).Select(c => char.IsControl(c) ? ' ' : c));
        return $"the authority refused ({KindOf(problem) ?? problem.Type ?? $"HTTP {status}"}): {line}";
    }
}
