using Cloud.Trust.Content;

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

/// <summary>What the door found out about a message: it travels with it to where it is filed.</summary>
/// <param name="Outcome">By what is known of the message alone; a recipient's own filter may say more.</param>
/// <param name="Code">Subject and detail of the enhanced status code of a refusal (RFC 3463): <c>7.1</c>.</param>
/// <param name="Reason">One line: what decided. Tells the sender where it is refused.</param>
/// <param name="Fields">Header fields to be put in front of the message, each with its CRLF.</param>
/// <param name="Hits">The rules that apply.</param>
/// <param name="Steps">For the trace: what was looked up and how it was judged.</param>
public sealed record Evidence(
    DoorOutcome Outcome,
    string Code,
    string Reason,
    string Fields,
    IReadOnlyList<ContentHit> Hits,
    IReadOnlyList<string> Steps
)
{
    /// <summary>Steps that are kept; what one check may say is bounded by itself.</summary>
    public const int MaxSteps = 200;

    /// <summary>Characters of a step.</summary>
    public const int MaxStep = 300;

    /// <summary>Points from which it goes to Junk, once a recipient's own filter has had its say.</summary>
    public decimal JunkAt { get; init; } = new ContentOptions().JunkAt;

    /// <summary>Only the points speak against it: what speaks for it to a recipient may outweigh them.</summary>
    public bool IsByScore { get; init; }

    /// <summary>Somebody answers for the author's domain, so that the author may be known to a recipient.</summary>
    public bool IsAuthenticated { get; init; }

    /// <summary>Who gets it instead of its recipients, where it is quarantined; null for nobody.</summary>
    public string? Quarantine { get; init; }

    public ContentScore Score => ContentScore.Of(Hits);

    /// <summary>What decides where the message goes, without the words that say why.</summary>
    internal Evidence Least =>
        this with
        {
            Reason = "",
            Fields = "",
            Hits = Hits.Count == 0 ? [] : [new("TOTAL", Score.Total, "")],
            Steps = [],
        };
}
