namespace Cloud.Flow.Door;

/// <summary>What becomes of a message, from mild to hard.</summary>
public enum DoorOutcome
{
    Accept,

    /// <summary>Filed into Junk.</summary>
    Junk,

    /// <summary>Kept from its recipients, for an administrator to look at.</summary>
    Quarantine,

    /// <summary>451: the sender may try again.</summary>
    Defer,

    /// <summary>550: never.</summary>
    Reject,
}

/// <summary>One thing that counts for or against a message.</summary>
/// <param name="Name">In capitals, as in reports of spam filters: <c>SPF_FAIL</c>.</param>
/// <param name="Score">Above zero: against it.</param>
/// <param name="Why">One line.</param>
public sealed record Finding(string Name, double Score, string Why);

/// <summary>What the door found out about a message: it travels with it to where it is filed.</summary>
/// <param name="Outcome">By what is known of the message alone; a recipient's own filter may say more.</param>
/// <param name="Code">Subject and detail of the enhanced status code of a refusal (RFC 3463): <c>7.1</c>.</param>
/// <param name="Reason">One line: what decided. Tells the sender where it is refused.</param>
/// <param name="Fields">Header fields to be put in front of the message, each with its CRLF.</param>
/// <param name="Steps">For the trace: what was looked up and how it was judged.</param>
public sealed record Evidence(
    DoorOutcome Outcome,
    string Code,
    string Reason,
    string Fields,
    IReadOnlyList<Finding> Findings,
    IReadOnlyList<string> Steps
)
{
    /// <summary>Steps that are kept; what one check may say is bounded by itself.</summary>
    public const int MaxSteps = 200;

    /// <summary>Characters of a step.</summary>
    public const int MaxStep = 300;

    public double Score => Findings.Sum(finding => finding.Score);
}
