using Cloud.Flow.Trace;
using Cloud.Mail;
using Cloud.Store;

namespace Cloud.Flow.Outbound;

/// <summary>A message accepted for sending.</summary>
/// <remarks>Its id is the transaction's: to accept one again makes nothing twice.</remarks>
public sealed record Submission
{
    /// <summary>Recipients of one: the listener's limit (RFC 5321 §4.5.3.1.8 asks for 100 at least).</summary>
    public const int MaxRecipients = 1000;

    /// <summary>Octets of <see cref="Fields"/>: some forty full lines; they are read with every row of the message.</summary>
    public const int MaxFields = 16 * 1024;

    /// <summary>Characters kept of <see cref="Subject"/>: what a list of messages shows of it, and more.</summary>
    public const int MaxSubject = 200;

    /// <summary>Characters kept of <see cref="MessageId"/>: a line of a header (RFC 5322 §2.1.1).</summary>
    public const int MaxMessageId = 998;

    /// <summary>
    /// Characters of ENVID, of NOTIFY and of ORCPT: RFC 3461 has 100, 28 and 500 on the wire. What is longer could not be told
    /// to the next server.
    /// </summary>
    public const int MaxParameter = 1000;

    public required TransactionId Id { get; init; }

    /// <summary>Whose message it is; null for our own reports and what is forwarded for no account.</summary>
    public AccountId? Account { get; init; }

    /// <summary>The reverse path; null for <c>&lt;&gt;</c>: then nobody is told of anything.</summary>
    public required EmailAddress? From { get; init; }

    /// <summary>1 to <see cref="MaxRecipients"/>.</summary>
    public required IReadOnlyList<OutboundRecipient> Recipients { get; init; }

    /// <summary>The message's bytes, in a blob that bears the name of <see cref="Id"/>.</summary>
    /// <remarks>
    /// From acceptance on the outbox owns it, and removes it when nobody needs it any more. The name is what lets the
    /// sweep find its owner: <see cref="Store.Messages.BlobNames.Of(TransactionId)"/> and nothing else.
    /// </remarks>
    public required string Blob { get; init; }

    /// <summary>Octets of the blob in front that are not the message's: what was written on it here.</summary>
    public int Start { get; init; }

    /// <summary>Octets of the blob behind <see cref="Start"/>.</summary>
    public required long Size { get; init; }

    /// <summary>Of the blob, 32 octets.</summary>
    public required ReadOnlyMemory<byte> Sha256 { get; init; }

    /// <summary>
    /// Header fields that are read in front of the blob (Date, Message-ID, Received and the like), each ended by CRLF;
    /// at most <see cref="MaxFields"/> octets.
    /// </summary>
    public ReadOnlyMemory<byte> Fields { get; init; }

    /// <summary>
    /// SHA-256 of the body in relaxed canonicalization (RFC 6376 §3.4.4); empty: who signs reads the message twice.
    /// </summary>
    public ReadOnlyMemory<byte> BodyHash { get; init; }

    /// <summary>DKIM's d=, in lower case and A-labels; null: not signed.</summary>
    public string? SigningDomain { get; init; }

    /// <summary>
    /// Of a message that is passed on: whose seal says what was found out of it (RFC 8617), in lower case and A-labels; null:
    /// not sealed. It is not signed then.
    /// </summary>
    public string? SealingDomain { get; init; }

    /// <summary>When it was taken; its life is counted from here, or from <see cref="HoldUntil"/>.</summary>
    public required DateTimeOffset Accepted { get; init; }

    /// <summary>Not sent before (FUTURERELEASE, undo-send); null for at once.</summary>
    public DateTimeOffset? HoldUntil { get; init; }

    /// <summary>Not sent before somebody releases it.</summary>
    public bool IsHeld { get; init; }

    /// <summary>The message that this one was made from, where it is passed on; null for one that came by itself.</summary>
    public TransactionId? Parent { get; init; }

    /// <summary>How it came; null where nobody handed it over.</summary>
    public SessionFacts? Session { get; init; }

    /// <summary>It came from elsewhere, and what becomes of it says nothing of a sender of ours.</summary>
    public bool IsForwarded { get; init; }

    /// <summary>
    /// It has failed before anything of it was sent, and this reply says why: all that is done is that its sender is told.
    /// Null for what is to be sent. The recipients' rows have it.
    /// </summary>
    internal string? Refusal { get; init; }

    public SendOptions Options { get; init; } = SendOptions.None;

    /// <summary>What the application that sent it wrote on it; null for none.</summary>
    public SendLabels? Labels { get; init; }

    /// <summary>Decoded, for lists and notices; null if it has none. Cut after <see cref="MaxSubject"/>.</summary>
    public string? Subject { get; init; }

    /// <summary>Without angle brackets, for lists and notices; null if it has none. Cut after <see cref="MaxMessageId"/>.</summary>
    public string? MessageId { get; init; }
}

/// <summary>One recipient with its DSN wishes (RFC 3461 §4.1, §4.2).</summary>
/// <param name="Notify"><c>NEVER</c> or a list of SUCCESS, FAILURE, DELAY; null when not given.</param>
/// <param name="OriginalRecipient">ORCPT with its type, decoded from xtext: <c>rfc822;a@b.example</c>; null when not given.</param>
public sealed record OutboundRecipient(EmailAddress Address, string? Notify = null, string? OriginalRecipient = null);
