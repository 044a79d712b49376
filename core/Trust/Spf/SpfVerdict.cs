namespace Cloud.Trust.Spf;

/// <summary>Which of the two names was checked. RFC 7208 §2.3, §2.4.</summary>
public enum SpfIdentity
{
    Helo,
    MailFrom,
}

/// <summary>The outcome of a check, and how it came about.</summary>
/// <param name="Result">What the domain says of the client.</param>
/// <param name="Identity">Which name was checked.</param>
/// <param name="Sender">The address that was checked: <c>postmaster@</c> and the HELO name where there is no other.</param>
/// <param name="Domain">The domain that was checked, in A-labels; empty when the name was no domain.</param>
/// <param name="Explanation">
/// Of a failure: the domain's own words, printable ASCII and bounded, or null. They are a stranger's: say so in replies.
/// </param>
/// <param name="Reason">One line: the term that decided, or why nothing could.</param>
/// <param name="Steps">For the trace: what was looked up and which term of which record matched.</param>
public sealed record SpfVerdict(
    SpfResult Result,
    SpfIdentity Identity,
    string Sender,
    string Domain,
    string? Explanation,
    string Reason,
    IReadOnlyList<string> Steps
)
{
    /// <summary>The property of Authentication-Results. RFC 8601 §2.7.2.</summary>
    public string Property => Identity == SpfIdentity.Helo ? "smtp.helo" : "smtp.mailfrom";

    /// <summary>The property's value: the address, or for HELO its name.</summary>
    public string Value => Identity == SpfIdentity.Helo ? Domain : Sender;

    public override string ToString() => $"spf={Result.ToText()} ({Reason}) {Property}={Value}";
}
