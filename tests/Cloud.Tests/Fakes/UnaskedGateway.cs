using Cloud.Api.Gateway;
using Cloud.Flow.Inbound;
using Cloud.Flow.Outbound;
using Cloud.Flow.Submission;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Overviews;

namespace Cloud.Tests.Fakes;

/// <summary>A gateway that nobody may ask anything: a fake overrides what its tests ask for.</summary>
abstract class UnaskedGateway : IGateway
{
    public virtual ValueTask<AuthenticateResult> AuthenticateAsync(
        AuthenticateRequest request,
        CancellationToken cancel
    ) => throw new NotSupportedException();

    public virtual ValueTask<ScramParameters> StartScramAsync(string login, CancellationToken cancel) =>
        throw new NotSupportedException();

    public virtual ValueTask<AuthenticateResult> AuthenticateTokenAsync(
        TokenRequest request,
        CancellationToken cancel
    ) => throw new NotSupportedException();

    public virtual ValueTask<AuthenticateResult> FinishScramAsync(ScramProof proof, CancellationToken cancel) =>
        throw new NotSupportedException();

    public virtual ValueTask WatchLoginAsync(LoginStamp login, CancellationToken cancel) =>
        throw new NotSupportedException();

    public virtual ValueTask<RecipientVerdict> CheckRecipientAsync(
        CheckRecipientRequest request,
        CancellationToken cancel
    ) => throw new NotSupportedException();

    public virtual ValueTask<MessageUpload> BeginUploadAsync(TransactionId transaction, CancellationToken cancel) =>
        throw new NotSupportedException();

    public virtual ValueTask<ReceiveResult> ReceiveAsync(ReceiveRequest request, CancellationToken cancel) =>
        throw new NotSupportedException();

    public virtual ValueTask<SubmitResult> SubmitAsync(SubmitRequest request, CancellationToken cancel) =>
        throw new NotSupportedException();

    public virtual ValueTask KeepRefusedAsync(RefusedRequest request, CancellationToken cancel) =>
        throw new NotSupportedException();

    public virtual ValueTask KeepCountsAsync(CountsRequest request, CancellationToken cancel) =>
        throw new NotSupportedException();

    public virtual ValueTask<Result<AppendResult>> AppendAsync(AppendRequest request, CancellationToken cancel) =>
        throw new NotSupportedException();

    public virtual ValueTask<QueuedPage> ListSubmissionsAsync(
        AccountId account,
        bool? open,
        TransactionId? after,
        int limit,
        CancellationToken cancel
    ) => throw new NotSupportedException();

    public virtual ValueTask<QueuedDetails?> ShowSubmissionAsync(
        AccountId account,
        TransactionId submission,
        CancellationToken cancel
    ) => throw new NotSupportedException();

    public virtual ValueTask<Result<QueuedDetails>> ChangeSubmissionAsync(
        AccountId account,
        TransactionId submission,
        QueueVerb verb,
        CancellationToken cancel
    ) => throw new NotSupportedException();

    public virtual ValueTask<AccountUse> ShowUseAsync(Access account, CancellationToken cancel) =>
        throw new NotSupportedException();

    public virtual ValueTask<VisibleMailboxes> ListVisibleAsync(Reader reader, ulong known, CancellationToken cancel) =>
        throw new NotSupportedException();

    public virtual ValueTask<SharedAccount?> FindSharedAsync(Reader reader, string address, CancellationToken cancel) =>
        throw new NotSupportedException();

    public virtual ValueTask<Result<MailboxAcl>> ShowAclAsync(
        Access account,
        MailboxId mailbox,
        CancellationToken cancel
    ) => throw new NotSupportedException();

    public virtual ValueTask<Result> ChangeAclAsync(ChangeAclRequest request, CancellationToken cancel) =>
        throw new NotSupportedException();

    public virtual ValueTask<IReadOnlyList<Mailbox>> ListMailboxesAsync(AccountId account, CancellationToken cancel) =>
        throw new NotSupportedException();

    public virtual ValueTask<Result<Mailbox>> CreateMailboxAsync(
        Access account,
        string name,
        MailboxRole role,
        CancellationToken cancel
    ) => throw new NotSupportedException();

    public virtual ValueTask<Result> DeleteMailboxAsync(Access account, MailboxId mailbox, CancellationToken cancel) =>
        throw new NotSupportedException();

    public virtual ValueTask<Result> RenameMailboxAsync(
        Access account,
        MailboxId mailbox,
        string name,
        CancellationToken cancel
    ) => throw new NotSupportedException();

    public virtual ValueTask<Mailbox?> CountAsync(
        Access account,
        MailboxId mailbox,
        bool unseen,
        CancellationToken cancel
    ) => throw new NotSupportedException();

    public virtual ValueTask<Result> SubscribeAsync(
        Access account,
        MailboxId mailbox,
        bool subscribed,
        CancellationToken cancel
    ) => throw new NotSupportedException();

    public virtual ValueTask<Result> UnsubscribeAsync(
        Reader reader,
        string owner,
        string name,
        CancellationToken cancel
    ) => throw new NotSupportedException();

    public virtual ValueTask<MetadataAnswer?> GetMetadataAsync(MetadataRequest request, CancellationToken cancel) =>
        throw new NotSupportedException();

    public virtual ValueTask<Result<MetadataChange>> SetMetadataAsync(
        SetMetadataRequest request,
        CancellationToken cancel
    ) => throw new NotSupportedException();

    public virtual ValueTask<MailboxView?> OpenAsync(
        Access account,
        MailboxId mailbox,
        bool claimRecent,
        CancellationToken cancel
    ) => throw new NotSupportedException();

    public virtual ValueTask<MailboxChanges?> SyncAsync(
        Access account,
        MailboxId mailbox,
        ulong since,
        bool claimRecent,
        CancellationToken cancel
    ) => throw new NotSupportedException();

    public virtual ValueTask<ulong> WatchAsync(AccountId account, ulong since, CancellationToken cancel) =>
        throw new NotSupportedException();

    public virtual ValueTask<IReadOnlyList<Email>> FetchAsync(
        Access account,
        IReadOnlyList<EmailId> emails,
        CancellationToken cancel
    ) => throw new NotSupportedException();

    public virtual ValueTask<Stream?> ReadAsync(
        Access account,
        Email email,
        long offset,
        long? length,
        ReadBy by,
        CancellationToken cancel
    ) => throw new NotSupportedException();

    public virtual ValueTask<Result<StoreFlagsResult>> StoreFlagsAsync(
        StoreFlagsRequest request,
        CancellationToken cancel
    ) => throw new NotSupportedException();

    public virtual ValueTask<Result<CopyResult>> CopyAsync(CopyRequest request, CancellationToken cancel) =>
        throw new NotSupportedException();

    public virtual ValueTask<Result<CopyResult>> MoveAsync(CopyRequest request, CancellationToken cancel) =>
        throw new NotSupportedException();

    public virtual ValueTask<Result<ExpungeResult>> ExpungeAsync(
        Access account,
        MailboxId mailbox,
        UidSet uids,
        bool onlyDeleted,
        CancellationToken cancel
    ) => throw new NotSupportedException();

    public virtual ValueTask<IReadOnlyList<OverviewPage>?> FetchOverviewsAsync(
        Access account,
        MailboxId mailbox,
        UidSet uids,
        CancellationToken cancel
    ) => throw new NotSupportedException();

    public virtual ValueTask<Result<SortResult>> SortAsync(SortRequest request, CancellationToken cancel) =>
        throw new NotSupportedException();

    public virtual ValueTask<Result<ThreadResult>> ThreadAsync(ThreadRequest request, CancellationToken cancel) =>
        throw new NotSupportedException();

    public virtual ValueTask<Result> WithdrawAsync(
        Access account,
        MailboxId mailbox,
        IReadOnlyList<TransactionId> appended,
        CancellationToken cancel
    ) => throw new NotSupportedException();

    public virtual ValueTask<Result<UidSet>> SearchAsync(SearchRequest request, CancellationToken cancel) =>
        throw new NotSupportedException();

    public virtual ValueTask<IAsyncDisposable?> LockMaildropAsync(AccountId account, CancellationToken cancel) =>
        throw new NotSupportedException();
}
