namespace Cloud.Flow.Submission;

/// <summary>Why a message cannot be sent on as it stands; its author's program, or its author, has to mend it.</summary>
/// <param name="Code">Subject and detail of the enhanced status code (RFC 3463).</param>
/// <param name="Reason">One line of ASCII for its author.</param>
public sealed record SubmissionFault(string Code, string Reason)
{
    public static readonly SubmissionFault HeaderTooLarge = new("3.4", "The message's header is too large");
    public static readonly SubmissionFault NoHeader = new(
        "6.0",
        "The header has a line that is no field: a blank line ends the header"
    );
    public static readonly SubmissionFault BareNewline = new("6.0", "Bare CR or LF in the message's header");
    public static readonly SubmissionFault NoFrom = new("6.0", "The message has no From field");
    public static readonly SubmissionFault BadFrom = new(
        "6.0",
        "From must name whole addresses, such as user@example.org"
    );
    public static readonly SubmissionFault BadSender = new(
        "6.0",
        "Sender must name one whole address, such as user@example.org"
    );

    public static SubmissionFault Repeated(string field) => new("6.0", $"The message has more than one {field} field");
}
