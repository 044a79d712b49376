namespace Cloud.Flow.Trace;

/// <summary>By whom and how a message was handed over: what its trace begins with.</summary>
/// <param name="By">How: <c>smtp</c>, <c>submission</c>, <c>api</c>, <c>copy</c>, <c>import</c>.</param>
/// <param name="Client">The client's address; null where it is not known.</param>
/// <param name="Helo">What it called itself.</param>
/// <param name="Tls">Protocol version and cipher suite; null in clear.</param>
/// <param name="From">The reverse path; empty for <c>&lt;&gt;</c>; null where there is none.</param>
/// <param name="Account">Who had logged in.</param>
/// <param name="Of">The message that this one was made from.</param>
public sealed record SessionFacts(
    string By,
    string? Client = null,
    string? Helo = null,
    string? Tls = null,
    string? From = null,
    string? Account = null,
    string? Of = null
)
{
    /// <summary>Characters of each: more than the longest host name or path has.</summary>
    public const int MaxText = 320;

    /// <summary>As it is kept: what a peer said of itself may be of any length.</summary>
    internal SessionFacts Bounded =>
        new(Cut(By) ?? "", Cut(Client), Cut(Helo), Cut(Tls), Cut(From), Cut(Account), Cut(Of));

    static string? Cut(string? text) => text is null || text.Length <= MaxText ? text : text[..MaxText];
}
