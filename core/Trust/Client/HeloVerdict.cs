using Cloud.Dns;

namespace Cloud.Trust.Client;

/// <summary>What is odd about the name that a client gives itself.</summary>
public enum HeloFinding
{
    /// <summary>Neither a domain name nor an address literal. RFC 5321 §4.1.1.1.</summary>
    Malformed,

    /// <summary>An address without brackets. RFC 5321 §4.1.3.</summary>
    BareAddress,

    /// <summary>A name of one label: not a fully qualified one. RFC 5321 §2.3.5.</summary>
    NotQualified,

    /// <summary>One of our own names, from somebody who is not us.</summary>
    IsOurName,

    /// <summary>One of our own addresses, from somebody who is not us.</summary>
    IsOurAddress,

    /// <summary>An address that is not the client's.</summary>
    LiteralMismatch,

    /// <summary>The name has neither addresses nor mail exchanges. RFC 5321 §2.3.5.</summary>
    DoesNotResolve,

    /// <summary>The name's addresses are not the client's. Common with honest senders behind NAT: by itself it says little.</summary>
    DoesNotMatchClient,

    /// <summary>Whether it resolves is not known: a name server failed, or time ran out.</summary>
    TempError,
}

/// <summary>The outcome of a check, and how it came about.</summary>
/// <param name="Helo">What the client called itself; printable ASCII, cut where it was long.</param>
/// <param name="Name">The name, where it is one.</param>
/// <param name="Findings">None for a name that leads to the client, and for a literal that is its address.</param>
/// <param name="Reason">One line.</param>
/// <param name="Steps">For the trace: what was asked and answered, and each finding.</param>
public sealed record HeloVerdict(
    string Helo,
    DnsName? Name,
    IReadOnlyList<HeloFinding> Findings,
    string Reason,
    IReadOnlyList<string> Steps
)
{
    public bool Has(HeloFinding finding) => Findings.Contains(finding);

    public override string ToString() => $"helo={Helo} ({Reason})";
}
