using System.Diagnostics.CodeAnalysis;

namespace Cloud.Wire.Smtp;

/// <summary>What became of one recipient.</summary>
public enum SmtpVerdict
{
    /// <summary>The server has taken the message for this recipient: the final 2xx was read.</summary>
    Sent,

    /// <summary>Not now; perhaps later or elsewhere.</summary>
    Deferred,

    /// <summary>Never.</summary>
    Failed,
}

/// <summary>What became of one recipient.</summary>
/// <param name="Recipient">As given.</param>
/// <param name="Verdict">What became of it.</param>
/// <param name="Failure">Null when sent.</param>
/// <param name="Reply">The server's last word about this recipient: the final one, or the refusal; null when it said none.</param>
/// <param name="MayHaveBeenTaken">
/// Not sent as far as is known, but the final dot was, and the reply was not read: a repeat may be a duplicate.
/// </param>
public sealed record SmtpRecipientOutcome(
    SmtpRecipient Recipient,
    SmtpVerdict Verdict,
    SmtpFailure? Failure,
    SmtpReply? Reply,
    bool MayHaveBeenTaken
);

/// <summary>What became of one message.</summary>
/// <param name="Recipients">One for each recipient, in the order given.</param>
/// <param name="Failure">What ended the transaction for all that were still in it; null when the final reply was 2xx, or every recipient had its own refusal.</param>
/// <param name="DsnOffered">False: the server will send no success notices, so the message was relayed out of DSN's reach (RFC 3461 §5.2.2).</param>
/// <param name="Transcript">Of this transaction.</param>
public sealed record SmtpOutcome(
    IReadOnlyList<SmtpRecipientOutcome> Recipients,
    SmtpFailure? Failure,
    bool DsnOffered,
    SmtpTranscript Transcript
);

/// <summary>A connection that is ready for messages, or why there is none.</summary>
/// <param name="Connection">The caller's to dispose of; null when opening failed.</param>
/// <param name="Failure">Null when it did not.</param>
/// <param name="Certificate">What the server showed, also where that was not enough; null when no handshake came so far.</param>
/// <param name="Transcript">From the greeting on.</param>
public sealed record SmtpOpening(
    SmtpConnection? Connection,
    SmtpFailure? Failure,
    CertificateFacts? Certificate,
    SmtpTranscript Transcript
)
{
    [MemberNotNullWhen(true, nameof(Connection))]
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool IsOpen => Connection is not null;
}
