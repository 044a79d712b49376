using Cloud.Flow.Outbound;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;

namespace Cloud.Api.Gateway.Wire;

// The arguments of those operations that have no request record of their own.

public sealed record LoginRequest(string Login);

/// <param name="Repeated">An earlier try may have got somewhere.</param>
public sealed record Repeatable<T>(T Request, bool Repeated);

public sealed record AccountRequest(AccountId Account);

/// <param name="Open">Null for all.</param>
/// <param name="After">Null for the first page.</param>
/// <param name="Limit">1 to <see cref="OutboxControl.MaxPage"/>.</param>
public sealed record ListSubmissionsRequest(AccountId Account, bool? Open, TransactionId? After, int Limit);

public sealed record SubmissionRequest(AccountId Account, TransactionId Submission);

/// <param name="Verb">Any but <see cref="QueueVerb.Retry"/>, which is asked for otherwise.</param>
public sealed record ChangeSubmissionRequest(AccountId Account, TransactionId Submission, QueueVerb Verb);

public sealed record UseRequest(Access Account);

/// <summary>Of a reader; an older listener names no more than that.</summary>
/// <param name="Known">What <see cref="VisibleMailboxes.Sharers"/> was; 0 for nothing known.</param>
public sealed record VisibleRequest(AccountId Account, string Address, ulong Known = 0);

public sealed record FindSharedRequest(Reader Reader, string Address);

public sealed record MailboxRequest(Access Account, MailboxId Mailbox);

/// <param name="Unseen">An older listener does not say: it wants all.</param>
public sealed record CountRequest(Access Account, MailboxId Mailbox, bool Unseen = true);

public sealed record CreateMailboxRequest(Access Account, string Name, MailboxRole Role);

public sealed record RenameMailboxRequest(Access Account, MailboxId Mailbox, string Name);

public sealed record SubscribeRequest(Access Account, MailboxId Mailbox, bool Subscribed);

/// <param name="Name">As the owner calls the mailbox.</param>
public sealed record UnsubscribeRequest(Reader Reader, string Owner, string Name);

public sealed record OpenRequest(Access Account, MailboxId Mailbox, bool ClaimRecent);

public sealed record SyncRequest(Access Account, MailboxId Mailbox, ulong Since, bool ClaimRecent);

/// <param name="Emails">At most <see cref="GatewayLimits.FetchEmails"/>.</param>
public sealed record FetchRequest(Access Account, IReadOnlyList<EmailId> Emails);

/// <param name="Length">Octets at most; null reads to the end.</param>
public sealed record ReadRequest(Access Account, EmailId Email, long Offset, long? Length, ReadBy By);

public sealed record OverviewsRequest(Access Account, MailboxId Mailbox, UidSet Uids);

public sealed record ExpungeRequest(Access Account, MailboxId Mailbox, UidSet Uids, bool OnlyDeleted);

/// <param name="Appended">At most <see cref="GatewayLimits.Withdrawn"/>.</param>
public sealed record WithdrawRequest(Access Account, MailboxId Mailbox, IReadOnlyList<TransactionId> Appended);

/// <param name="Token">The holder's own: whoever has it may renew and release.</param>
public sealed record LeaseRequest(AccountId Account, ulong Token);

/// <param name="Listener">Whose watch queue is to be told of changes; null for none.</param>
/// <param name="Logins">That have sessions at the caller: asked for in passing.</param>
public sealed record WatchRequest(AccountId Account, string? Listener, IReadOnlyList<LoginStamp> Logins)
{
    /// <summary>A user has one password, and some for programs.</summary>
    public const int MaxLogins = 100;
}

/// <param name="Transaction">Of the upload that begins, or is given up.</param>
public sealed record UploadRequest(TransactionId Transaction);

/// <param name="Offset">Octets of the message that are left out.</param>
public sealed record ReadUploadRequest(TransactionId Transaction, long Offset);

// The answers of those operations that answer a bare value.

/// <param name="Counts">The session may go on.</param>
public sealed record LoginAnswer(bool Counts);

public sealed record VerdictAnswer(RecipientVerdict Verdict);

/// <param name="Submission">Null when the account has none such.</param>
public sealed record SubmissionAnswer(QueuedDetails? Submission);

/// <param name="Shared">Null where the reader has no right to anything.</param>
public sealed record SharedAnswer(SharedAccount? Shared);

/// <param name="Mailbox">Null where it is gone, or may not be read.</param>
public sealed record CountAnswer(Mailbox? Mailbox);

public sealed record MailboxListAnswer(IReadOnlyList<Mailbox> Mailboxes);

/// <summary>Done, or not the holder's (any more).</summary>
public sealed record LeaseAnswer(bool Held);

/// <param name="Ended">Those of the logins that count no more, by their stamps.</param>
public sealed record WatchAnswer(ulong Revision, IReadOnlyList<string> Ended);

public sealed record DoneAnswer;

/// <summary>Emails in the order asked.</summary>
/// <param name="Asked">How many of the ids asked for are dealt with, the first ones.</param>
public sealed record FetchAnswer(int Asked, IReadOnlyList<Email> Emails);

/// <summary>In front of a message's bytes.</summary>
/// <param name="Found">False when the message is gone; then no bytes follow.</param>
public sealed record ReadAnswer(bool Found);

// What stands in JSON before the packed columns.

sealed record ViewHead(Mailbox Mailbox, ulong Revision);

sealed record FlagsHead(ulong Revision, Mailbox Mailbox);

sealed record CopyHead(ulong Revision, uint UidValidity);

sealed record RevisionHead(ulong Revision);

/// <param name="Scored">Behind the messages there is how well each matches.</param>
sealed record SortHead(bool Scored = false);

sealed record FetchHead(int Asked);

/// <summary>In front of a result that may be a refusal.</summary>
/// <param name="Value">Null when refused.</param>
sealed record ResultHead<T>(T? Value, Refusal Refusal, string Reason)
    where T : class;
