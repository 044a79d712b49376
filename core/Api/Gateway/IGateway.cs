using Cloud.Flow.Outbound;
using Cloud.Flow.Submission;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Overviews;

namespace Cloud.Api.Gateway;

/// <summary>All that a protocol front may ask: each method is one transaction, handed over whole.</summary>
/// <remarks>
/// The fronts know this and nothing behind it. Invariants:
/// <list type="bullet">
/// <item>A method that answers success has made its change durable.</item>
/// <item>Receive, submit and append carry a transaction id: repeating one does nothing twice.</item>
/// <item>A user's mistake is a result (<see cref="Refusal"/>); a fault of ours is a
/// <see cref="Store.Ports.StoreException"/>, after which the front answers "try again later".</item>
/// <item>An account in a request is one that this front's session has authenticated as; where an <see cref="Access"/> has
/// a reader, that is so of the reader, and whether the account's mailboxes let the reader do it is asked behind this.</item>
/// </list>
/// </remarks>
public interface IGateway
{
    // Who is it?

    /// <summary>Checks a password. Wrong ones are slowed down and locked out by account and by address.</summary>
    ValueTask<AuthenticateResult> AuthenticateAsync(AuthenticateRequest request, CancellationToken cancel);

    /// <summary>Salt and iterations for SCRAM-SHA-256 (RFC 7677); unknown names get lasting, made-up ones.</summary>
    ValueTask<ScramParameters> StartScramAsync(string login, CancellationToken cancel);

    /// <summary>Checks a SCRAM proof (RFC 5802 §3).</summary>
    ValueTask<AuthenticateResult> FinishScramAsync(ScramProof proof, CancellationToken cancel);

    /// <summary>Has a bearer token checked by who issued it; what is wrong counts as a wrong password does.</summary>
    /// <remarks>Where nobody is set to check tokens, each is refused.</remarks>
    ValueTask<AuthenticateResult> AuthenticateTokenAsync(TokenRequest request, CancellationToken cancel);

    /// <summary>Ends when a login counts no more: a session that it opened is over then.</summary>
    /// <remarks>At once where this process hears of it, and within five minutes wherever that is decided.</remarks>
    ValueTask WatchLoginAsync(LoginStamp login, CancellationToken cancel);

    // Mail comes in

    /// <summary>May mail from this peer go to this address? Asked at RCPT.</summary>
    ValueTask<RecipientVerdict> CheckRecipientAsync(CheckRecipientRequest request, CancellationToken cancel);

    /// <summary>Opens a message's way in; its bytes stream to the blob store. Dispose it unfinished and nothing stays.</summary>
    ValueTask<MessageUpload> BeginUploadAsync(TransactionId transaction, CancellationToken cancel);

    /// <summary>Files a received message into every recipient's account, or keeps it durably until that can be done.</summary>
    ValueTask<ReceiveResult> ReceiveAsync(ReceiveRequest request, CancellationToken cancel);

    /// <summary>Takes an authenticated sender's message, to whomever it goes.</summary>
    ValueTask<SubmitResult> SubmitAsync(SubmitRequest request, CancellationToken cancel);

    /// <summary>Keeps why a front refuses a message, for those it was for. The front says of how many.</summary>
    ValueTask KeepRefusedAsync(RefusedRequest request, CancellationToken cancel);

    /// <summary>Keeps what the door counted of judged mail, until it is reported to the domains' owners.</summary>
    ValueTask KeepCountsAsync(CountsRequest request, CancellationToken cancel);

    /// <summary>Puts an uploaded message into a mailbox (IMAP APPEND). The account owns the blob afterwards.</summary>
    ValueTask<Result<AppendResult>> AppendAsync(AppendRequest request, CancellationToken cancel);

    // The account's own messages on their way out

    /// <summary>The account's submissions that the outbox took, in the order in which it did.</summary>
    /// <remarks>
    /// What went straight into mailboxes here was never in the outbox. The outbox is read through for it, so much at a time:
    /// a page may be empty before the last.
    /// </remarks>
    /// <param name="open">True: those for whom something is still to be done. False: the others. Null: all.</param>
    /// <param name="after">The cursor of the page before; null for the first page.</param>
    /// <param name="limit">1 to <see cref="OutboxControl.MaxPage"/>.</param>
    ValueTask<QueuedPage> ListSubmissionsAsync(
        AccountId account,
        bool? open,
        TransactionId? after,
        int limit,
        CancellationToken cancel
    );

    /// <summary>A submission with each of its recipients, without the dialogues with other servers.</summary>
    /// <returns>Null when the account has no such submission (any more).</returns>
    ValueTask<QueuedDetails?> ShowSubmissionAsync(
        AccountId account,
        TransactionId submission,
        CancellationToken cancel
    );

    /// <summary>Does something with what is not handed over yet; answers the submission as it is then.</summary>
    /// <remarks>
    /// It is a success when it is so for a recipient at least, whoever brought it about. Refused: <see cref="Refusal.NotFound"/>,
    /// <see cref="Refusal.TooLate"/>; <see cref="Refusal.CannotBe"/> to try what is held.
    /// </remarks>
    ValueTask<Result<QueuedDetails>> ChangeSubmissionAsync(
        AccountId account,
        TransactionId submission,
        QueueVerb verb,
        CancellationToken cancel
    );

    /// <summary>How much mail the account has, and may have.</summary>
    ValueTask<AccountUse> ShowUseAsync(Access account, CancellationToken cancel);

    // Mailboxes

    /// <summary>All mailboxes that a user may see: the own, and those of others who share them.</summary>
    /// <param name="known">What <see cref="VisibleMailboxes.Sharers"/> was; 0 for nothing known.</param>
    ValueTask<VisibleMailboxes> ListVisibleAsync(Reader reader, ulong known, CancellationToken cancel);

    /// <summary>The mailboxes of one other user that a reader has a right to.</summary>
    /// <param name="address">The other user's, as a key.</param>
    /// <returns>Null where there are none, or no such user: who may see nothing does not learn which.</returns>
    ValueTask<SharedAccount?> FindSharedAsync(Reader reader, string address, CancellationToken cancel);

    /// <summary>Who beside its owner may do what with a mailbox (RFC 4314 §3.3).</summary>
    ValueTask<Result<MailboxAcl>> ShowAclAsync(Access account, MailboxId mailbox, CancellationToken cancel);

    /// <summary>Gives rights, or takes them (RFC 4314 §3.1). Sessions that read the mailbox by them hear of it at once.</summary>
    ValueTask<Result> ChangeAclAsync(ChangeAclRequest request, CancellationToken cancel);

    /// <summary>All own mailboxes, sorted by name.</summary>
    ValueTask<IReadOnlyList<Mailbox>> ListMailboxesAsync(AccountId account, CancellationToken cancel);

    /// <summary>Makes a mailbox, and its parents where they are missing.</summary>
    ValueTask<Result<Mailbox>> CreateMailboxAsync(
        Access account,
        string name,
        MailboxRole role,
        CancellationToken cancel
    );

    /// <summary>Removes a mailbox with its messages. Refused for INBOX and where there are children.</summary>
    ValueTask<Result> DeleteMailboxAsync(Access account, MailboxId mailbox, CancellationToken cancel);

    /// <summary>Renames a mailbox; its children move along. INBOX's messages move to a new mailbox (RFC 9051 §6.3.6).</summary>
    ValueTask<Result> RenameMailboxAsync(Access account, MailboxId mailbox, string name, CancellationToken cancel);

    /// <summary>A mailbox as whoever asks has seen it: where it is another's, LIST's answers have the owner's counts.</summary>
    /// <param name="unseen">Without it the messages that the reader has not seen are not counted: the number is the owner's.</param>
    /// <returns>Null when it is gone, or may not be read.</returns>
    ValueTask<Mailbox?> CountAsync(Access account, MailboxId mailbox, bool unseen, CancellationToken cancel);

    ValueTask<Result> SubscribeAsync(Access account, MailboxId mailbox, bool subscribed, CancellationToken cancel);

    /// <summary>Ends a reader's subscription to another's mailbox, whether the reader may still look at it or not.</summary>
    /// <param name="owner">The address of whose it is.</param>
    /// <param name="name">As its owner calls it; one that was not subscribed to is passed over.</param>
    ValueTask<Result> UnsubscribeAsync(Reader reader, string owner, string name, CancellationToken cancel);

    /// <summary>Reads annotations of a mailbox or of the server (RFC 5464).</summary>
    /// <returns>Null when there is no such mailbox.</returns>
    ValueTask<MetadataAnswer?> GetMetadataAsync(MetadataRequest request, CancellationToken cancel);

    /// <summary>Sets and removes annotations; all or none. What all users see of the server is not theirs to set.</summary>
    ValueTask<Result<MetadataChange>> SetMetadataAsync(SetMetadataRequest request, CancellationToken cancel);

    // Messages

    /// <summary>Reads a mailbox whole. With <paramref name="claimRecent"/> this session alone gets the new \Recent ones.</summary>
    /// <returns>Null when there is no such mailbox.</returns>
    ValueTask<MailboxView?> OpenAsync(Access account, MailboxId mailbox, bool claimRecent, CancellationToken cancel);

    /// <summary>What has changed in a mailbox since a revision that an open or sync gave.</summary>
    /// <returns>Null when the mailbox is gone.</returns>
    ValueTask<MailboxChanges?> SyncAsync(
        Access account,
        MailboxId mailbox,
        ulong since,
        bool claimRecent,
        CancellationToken cancel
    );

    /// <summary>Ends when an account's revision, which tells nothing but that there was a change, is beyond <paramref name="since"/>; the new revision.</summary>
    ValueTask<ulong> WatchAsync(AccountId account, ulong since, CancellationToken cancel);

    /// <summary>Reads what never changes about messages, in the order asked; ones that are gone are left out.</summary>
    /// <param name="emails">At most <see cref="GatewayLimits.FetchEmails"/>.</param>
    ValueTask<IReadOnlyList<Email>> FetchAsync(Access account, IReadOnlyList<EmailId> emails, CancellationToken cancel);

    /// <summary>Reads what is kept together of many messages' headers.</summary>
    /// <param name="uids">Looked at from the first, <see cref="GatewayLimits.OverviewPages"/> pages of 256 UIDs.</param>
    /// <returns>Null when there is no such mailbox. A message may be missing: then <see cref="FetchAsync"/> has it.</returns>
    ValueTask<IReadOnlyList<OverviewPage>?> FetchOverviewsAsync(
        Access account,
        MailboxId mailbox,
        UidSet uids,
        CancellationToken cancel
    );

    /// <summary>Reads a range of a message's bytes.</summary>
    /// <param name="length">Octets at most; null reads to the end.</param>
    /// <param name="by">What the client speaks: the trace tells it of the first read.</param>
    /// <returns>A stream to be disposed; null when the message is gone.</returns>
    ValueTask<Stream?> ReadAsync(
        Access account,
        Email email,
        long offset,
        long? length,
        ReadBy by,
        CancellationToken cancel
    );

    /// <summary>Changes flags and keywords. Answers the entries that were changed, with their new state.</summary>
    ValueTask<Result<StoreFlagsResult>> StoreFlagsAsync(StoreFlagsRequest request, CancellationToken cancel);

    /// <summary>Places messages in another mailbox as well, of the account or another one; all or none.</summary>
    ValueTask<Result<CopyResult>> CopyAsync(CopyRequest request, CancellationToken cancel);

    /// <summary>Copies, and removes from the source (RFC 6851).</summary>
    ValueTask<Result<CopyResult>> MoveAsync(CopyRequest request, CancellationToken cancel);

    /// <summary>Removes messages for good; UIDs that are not there are passed over. Answers those removed.</summary>
    /// <param name="onlyDeleted">Only those that carry \Deleted (EXPUNGE); POP3's QUIT removes whatever it names.</param>
    ValueTask<Result<ExpungeResult>> ExpungeAsync(
        Access account,
        MailboxId mailbox,
        UidSet uids,
        bool onlyDeleted,
        CancellationToken cancel
    );

    /// <summary>Takes out again what whoever asks has just appended, and needs no more than the right to append.</summary>
    /// <param name="appended">What it was appended with, at most <see cref="GatewayLimits.Withdrawn"/>; what is not there, is another's or older than <see cref="GatewayLimits.WithdrawAge"/> is passed over.</param>
    ValueTask<Result> WithdrawAsync(
        Access account,
        MailboxId mailbox,
        IReadOnlyList<TransactionId> appended,
        CancellationToken cancel
    );

    /// <summary>UIDs of the messages that match, rising.</summary>
    ValueTask<Result<UidSet>> SearchAsync(SearchRequest request, CancellationToken cancel);

    /// <summary>UIDs of the messages that match, in the order asked for (RFC 5256 §3).</summary>
    ValueTask<Result<SortResult>> SortAsync(SortRequest request, CancellationToken cancel);

    /// <summary>The messages that match, as conversations (RFC 5256 §3).</summary>
    ValueTask<Result<ThreadResult>> ThreadAsync(ThreadRequest request, CancellationToken cancel);

    // POP3's exclusive access (RFC 1939 §4)

    /// <summary>Takes the account's maildrop lock.</summary>
    /// <returns>Null when another session holds it. Dispose it to let go; a crashed holder's lock ends by itself.</returns>
    ValueTask<IAsyncDisposable?> LockMaildropAsync(AccountId account, CancellationToken cancel);
}

public static class GatewayLimits
{
    /// <summary>Messages in one fetch: what one table query answers.</summary>
    public const int FetchEmails = 1000;

    /// <summary>Messages that are taken out again at once: as many as one APPEND has.</summary>
    public const int Withdrawn = 100;

    /// <summary>How old what is withdrawn may be: an APPEND puts so many messages into the mailbox, each within <see cref="Wire.GatewayBudgets.Delivery"/>.</summary>
    public static readonly TimeSpan WithdrawAge = TimeSpan.FromMinutes(60);

    /// <summary>Pages of overviews in one answer: some 400 KiB, and 3 MiB at most.</summary>
    public const int OverviewPages = 4;
}
