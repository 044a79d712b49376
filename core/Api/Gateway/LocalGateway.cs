using System.Collections.Concurrent;
using Cloud.Api.Gateway.Operations;
using Cloud.Flow.Outbound;
using Cloud.Flow.Submission;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Overviews;

namespace Cloud.Api.Gateway;

/// <summary>The gateway in process: each operation is called on the store at hand.</summary>
public sealed class LocalGateway : IGateway, IAsyncDisposable
{
    /// <summary>Messages that were told to a session and need not be looked up again to read them: some batches.</summary>
    const int KnownMessages = 5000;

    readonly Backend backend;
    readonly Authenticator authenticator;
    readonly Uploads uploads;
    readonly Sharing sharing;
    readonly ReaderOperations readers;
    readonly MaildropLocks maildrops;
    readonly AccountWatch watch;
    readonly ListenerWatch? listener;
    readonly LoginWatch logins;
    readonly ConcurrentDictionary<(AccountId, EmailId), KnownMessage> known = new();

    public LocalGateway(Backend rooms)
    {
        backend = rooms;
        var accounts = rooms.Accounts;
        authenticator = new(
            rooms.Directory,
            accounts.Time,
            accounts.Entropy,
            !accounts.Options.SoleOwner,
            rooms.Tokens
        );
        logins = new(authenticator.CountsAsync, accounts.Time);
        rooms.Directory.Changed += logins.LookAgain;
        uploads = new(accounts.Blobs, accounts.Time);
        sharing = new(accounts, rooms.Directory);
        readers = new(rooms, sharing, uploads);
        maildrops = new(accounts);
        watch = new(
            rooms.Watches,
            async (account, cancel) =>
                (await accounts.CurrentAsync(account, cancel) ?? throw new AccountMissingException()).Revision,
            accounts.Options.SoleOwner ? null : accounts.Options.WatchInterval,
            accounts.Time
        );
        if (accounts.Options is { SoleOwner: false, Listener: { } name })
            listener = new(
                rooms.Queues,
                name,
                rooms.WatchRegistration.RegisterAsync,
                ListenerWatch.NearLook,
                accounts.Time,
                rooms.Watches
            );
    }

    /// <summary>Ends what is waited for.</summary>
    public ValueTask DisposeAsync()
    {
        backend.Directory.Changed -= logins.LookAgain;
        return listener?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    public ValueTask<AuthenticateResult> AuthenticateAsync(AuthenticateRequest request, CancellationToken cancel) =>
        authenticator.AuthenticateAsync(request, cancel);

    public ValueTask<ScramParameters> StartScramAsync(string login, CancellationToken cancel) =>
        authenticator.StartScramAsync(login, cancel);

    public ValueTask<AuthenticateResult> FinishScramAsync(ScramProof proof, CancellationToken cancel) =>
        authenticator.FinishScramAsync(proof, cancel);

    public ValueTask<AuthenticateResult> AuthenticateTokenAsync(TokenRequest request, CancellationToken cancel) =>
        authenticator.AuthenticateAsync(request, cancel);

    public ValueTask WatchLoginAsync(LoginStamp login, CancellationToken cancel) => logins.WaitAsync(login, cancel);

    internal ValueTask<bool> CountsAsync(LoginStamp login, CancellationToken cancel) =>
        authenticator.CountsAsync(login, cancel);

    public ValueTask<RecipientVerdict> CheckRecipientAsync(CheckRecipientRequest request, CancellationToken cancel) =>
        CheckRecipient.RunAsync(backend, request, cancel);

    public ValueTask<MessageUpload> BeginUploadAsync(TransactionId transaction, CancellationToken cancel) =>
        uploads.BeginAsync(transaction, cancel);

    public ValueTask<ReceiveResult> ReceiveAsync(ReceiveRequest request, CancellationToken cancel) =>
        ReceiveAsync(request, repeated: false, cancel);

    /// <param name="repeated">
    /// An earlier try, by whatever process, may have got somewhere: what it filed and the user deleted does not come
    /// back, and bytes that an account may own stay.
    /// </param>
    internal ValueTask<ReceiveResult> ReceiveAsync(ReceiveRequest request, bool repeated, CancellationToken cancel) =>
        ReceiveMessage.RunAsync(
            backend.Receiving,
            uploads,
            request.Transaction,
            request.Envelope,
            request.Message,
            request.Evidence,
            request.Peer.FactsOf("smtp", request.Envelope.From),
            repeated,
            cancel
        );

    public ValueTask<SubmitResult> SubmitAsync(SubmitRequest request, CancellationToken cancel) =>
        SubmitAsync(request, repeated: false, cancel);

    /// <inheritdoc cref="ReceiveAsync(ReceiveRequest, bool, CancellationToken)"/>
    internal ValueTask<SubmitResult> SubmitAsync(SubmitRequest request, bool repeated, CancellationToken cancel) =>
        SubmitMessage.RunAsync(backend.Submitting, uploads, request, repeated, cancel);

    public ValueTask KeepRefusedAsync(RefusedRequest request, CancellationToken cancel) =>
        backend.Refused.KeepAsync(
            request.Transaction,
            request.Recipients,
            new(request.Session, request.Evidence),
            cancel
        );

    public ValueTask KeepCountsAsync(CountsRequest request, CancellationToken cancel) =>
        KeepCounts.RunAsync(backend.Sending.Counted, request, cancel);

    public ValueTask<Result<AppendResult>> AppendAsync(AppendRequest request, CancellationToken cancel) =>
        AppendAsync(request, repeated: false, cancel);

    /// <inheritdoc cref="ReceiveAsync(ReceiveRequest, bool, CancellationToken)"/>
    internal ValueTask<Result<AppendResult>> AppendAsync(
        AppendRequest request,
        bool repeated,
        CancellationToken cancel
    ) =>
        request.Account.By is null
            ? AppendMessage.RunAsync(backend.Accounts, uploads, request, repeated, cancel)
            : readers.AppendAsync(request, repeated, cancel);

    public ValueTask<QueuedPage> ListSubmissionsAsync(
        AccountId account,
        bool? open,
        TransactionId? after,
        int limit,
        CancellationToken cancel
    ) => ListSubmissions.RunAsync(backend.Sending.Control, account, open, after, limit, cancel);

    public ValueTask<QueuedDetails?> ShowSubmissionAsync(
        AccountId account,
        TransactionId submission,
        CancellationToken cancel
    ) => ShowSubmission.RunAsync(backend.Sending.Control, account, submission, cancel);

    public ValueTask<Result<QueuedDetails>> ChangeSubmissionAsync(
        AccountId account,
        TransactionId submission,
        QueueVerb verb,
        CancellationToken cancel
    ) => ChangeSubmission.RunAsync(backend.Sending.Control, account, submission, verb, cancel);

    public ValueTask<AccountUse> ShowUseAsync(Access account, CancellationToken cancel) =>
        account.By is null
            ? ShowUse.RunAsync(backend.Accounts, account.Id, cancel)
            : readers.ShowUseAsync(account, cancel);

    public ValueTask<VisibleMailboxes> ListVisibleAsync(Reader reader, ulong known, CancellationToken cancel) =>
        ListVisible.RunAsync(sharing, reader, known, cancel);

    public ValueTask<SharedAccount?> FindSharedAsync(Reader reader, string address, CancellationToken cancel) =>
        ListVisible.FindAsync(sharing, reader, address, cancel);

    public ValueTask<Result<MailboxAcl>> ShowAclAsync(Access account, MailboxId mailbox, CancellationToken cancel) =>
        readers.ShowAclAsync(account, mailbox, cancel);

    public ValueTask<Result> ChangeAclAsync(ChangeAclRequest request, CancellationToken cancel) =>
        readers.ChangeAclAsync(request, cancel);

    public ValueTask<IReadOnlyList<Mailbox>> ListMailboxesAsync(AccountId account, CancellationToken cancel) =>
        ListMailboxes.RunAsync(backend.Accounts, account, cancel);

    public ValueTask<Result<Mailbox>> CreateMailboxAsync(
        Access account,
        string name,
        MailboxRole role,
        CancellationToken cancel
    ) =>
        account.By is null
            ? CreateMailbox.RunAsync(backend.Accounts, account.Id, name, role, cancel)
            : readers.CreateAsync(account, name, role, cancel);

    public ValueTask<Result> DeleteMailboxAsync(Access account, MailboxId mailbox, CancellationToken cancel) =>
        account.By is null
            ? DeleteMailbox.RunAsync(backend.Accounts, backend.Directory, account.Id, mailbox, check: null, cancel)
            : readers.DeleteAsync(account, mailbox, cancel);

    public ValueTask<Result> RenameMailboxAsync(
        Access account,
        MailboxId mailbox,
        string name,
        CancellationToken cancel
    ) =>
        account.By is null
            ? RenameMailbox.RunAsync(backend.Accounts, account.Id, mailbox, name, check: null, cancel)
            : readers.RenameAsync(account, mailbox, name, cancel);

    public async ValueTask<Mailbox?> CountAsync(
        Access account,
        MailboxId mailbox,
        bool unseen,
        CancellationToken cancel
    ) =>
        account.By is null
            ? (await ListMailboxesAsync(account.Id, cancel)).FirstOrDefault(one => one.Id == mailbox)
            : await readers.CountAsync(account, mailbox, unseen, cancel);

    public ValueTask<Result> SubscribeAsync(
        Access account,
        MailboxId mailbox,
        bool subscribed,
        CancellationToken cancel
    ) =>
        account.By is null
            ? SubscribeMailbox.RunAsync(backend.Accounts, account.Id, mailbox, subscribed, check: null, cancel)
            : readers.SubscribeAsync(account, mailbox, subscribed, cancel);

    public ValueTask<Result> UnsubscribeAsync(Reader reader, string owner, string name, CancellationToken cancel) =>
        SubscribeShared.EndAsync(sharing, reader, owner, name, cancel);

    public ValueTask<MetadataAnswer?> GetMetadataAsync(MetadataRequest request, CancellationToken cancel) =>
        GetMetadata.RunAsync(backend.Accounts, request, cancel);

    public ValueTask<Result<MetadataChange>> SetMetadataAsync(SetMetadataRequest request, CancellationToken cancel) =>
        SetMetadata.RunAsync(backend.Accounts, request, cancel);

    public ValueTask<MailboxView?> OpenAsync(
        Access account,
        MailboxId mailbox,
        bool claimRecent,
        CancellationToken cancel
    ) =>
        account.By is null
            ? OpenMailbox.RunAsync(backend.Accounts, account.Id, mailbox, claimRecent, cancel)
            : readers.OpenAsync(account, mailbox, cancel);

    public ValueTask<MailboxChanges?> SyncAsync(
        Access account,
        MailboxId mailbox,
        ulong since,
        bool claimRecent,
        CancellationToken cancel
    ) =>
        account.By is null
            ? SyncMailbox.RunAsync(backend.Accounts, account.Id, mailbox, since, claimRecent, cancel)
            : readers.SyncAsync(account, mailbox, since, cancel);

    public ValueTask<ulong> WatchAsync(AccountId account, ulong since, CancellationToken cancel) =>
        listener?.WaitAsync(account, since, cancel) ?? watch.WaitAsync(account, since, cancel);

    public async ValueTask<IReadOnlyList<Email>> FetchAsync(
        Access account,
        IReadOnlyList<EmailId> emails,
        CancellationToken cancel
    )
    {
        if (account.By is not null)
            return await readers.FetchAsync(account, emails, cancel);
        var found = await FetchEmails.RunAsync(backend.Accounts, account.Id, emails, cancel);
        if (known.Count > KnownMessages)
            known.Clear();
        foreach (var email in found)
            known[(account.Id, email.Id)] = new(email.Blob, email.DeliveryFields, email.Size);
        return found;
    }

    public ValueTask<IReadOnlyList<OverviewPage>?> FetchOverviewsAsync(
        Access account,
        MailboxId mailbox,
        UidSet uids,
        CancellationToken cancel
    ) =>
        account.By is null
            ? FetchOverviews.RunAsync(backend.Accounts, account.Id, mailbox, uids, cancel)
            : readers.FetchOverviewsAsync(account, mailbox, uids, cancel);

    public ValueTask<Stream?> ReadAsync(
        Access account,
        Email email,
        long offset,
        long? length,
        ReadBy by,
        CancellationToken cancel
    ) => ReadAsync(account, email.Id, offset, length, by, cancel);

    internal async ValueTask<Stream?> ReadAsync(
        Access account,
        EmailId email,
        long offset,
        long? length,
        ReadBy by,
        CancellationToken cancel
    )
    {
        // Only the row says which blob is the account's: a made-up Email opens nothing. A reader's right is asked for anew.
        if (account.By is not null || !known.TryGetValue((account.Id, email), out var message))
        {
            var found = await FetchAsync(account, [email], cancel);
            if (found is not [var row])
                return null;
            message = new(row.Blob, row.DeliveryFields, row.Size);
        }
        if (offset > 0 || length is null || length >= message.Size)
            NoteRead(account.Id, email, by);
        return await backend.Accounts.Blobs.OpenAsync(message.Blob, message.Fields, offset, length, cancel);
    }

    /// <summary>Who reads more than the header reads the message. Of old ones nothing is told any more.</summary>
    void NoteRead(AccountId account, EmailId email, ReadBy by)
    {
        var now = backend.Accounts.Time.GetUtcNow();
        if (now - email.At < AccountStore.LogAge)
            backend.Accounts.Reads.Add(account, email, by, now.ToUnixTimeSeconds());
    }

    public ValueTask<Result<StoreFlagsResult>> StoreFlagsAsync(StoreFlagsRequest request, CancellationToken cancel) =>
        request.Account.By is null
            ? StoreFlags.RunAsync(backend.Accounts, request, cancel)
            : readers.StoreFlagsAsync(request, cancel);

    public ValueTask<Result<CopyResult>> CopyAsync(CopyRequest request, CancellationToken cancel) =>
        CopyAsync(request, move: false, cancel);

    public ValueTask<Result<CopyResult>> MoveAsync(CopyRequest request, CancellationToken cancel) =>
        CopyAsync(request, move: true, cancel);

    ValueTask<Result<CopyResult>> CopyAsync(CopyRequest request, bool move, CancellationToken cancel) =>
        request is { Account.By: null, To: null }
            ? CopyMessages.RunAsync(backend.Accounts, backend.Lessons, request, move, cancel)
            : readers.CopyAsync(request, move, cancel);

    public ValueTask<Result<ExpungeResult>> ExpungeAsync(
        Access account,
        MailboxId mailbox,
        UidSet uids,
        bool onlyDeleted,
        CancellationToken cancel
    ) =>
        account.By is null
            ? ExpungeMessages.RunAsync(backend.Accounts, account.Id, mailbox, uids, onlyDeleted, cancel)
            : readers.ExpungeAsync(account, mailbox, uids, onlyDeleted, cancel);

    public ValueTask<Result> WithdrawAsync(
        Access account,
        MailboxId mailbox,
        IReadOnlyList<TransactionId> appended,
        CancellationToken cancel
    ) =>
        account.By is null
            ? WithdrawMessages.RunAsync(backend.Accounts, account, mailbox, appended, cancel)
            : readers.WithdrawAsync(account, mailbox, appended, cancel);

    public ValueTask<Result<UidSet>> SearchAsync(SearchRequest request, CancellationToken cancel) =>
        request.Account.By is null
            ? SearchMailbox.RunAsync(backend.Accounts, request, cancel)
            : readers.SearchAsync(request, cancel);

    public ValueTask<Result<SortResult>> SortAsync(SortRequest request, CancellationToken cancel) =>
        request.Search.Account.By is null
            ? SortMailbox.RunAsync(backend.Accounts, request, cancel)
            : readers.SortAsync(request, cancel);

    public ValueTask<Result<ThreadResult>> ThreadAsync(ThreadRequest request, CancellationToken cancel) =>
        request.Search.Account.By is null
            ? ThreadMailbox.RunAsync(backend.Accounts, request, cancel)
            : readers.ThreadAsync(request, cancel);

    public ValueTask<IAsyncDisposable?> LockMaildropAsync(AccountId account, CancellationToken cancel) =>
        maildrops.TakeAsync(account, cancel);

    readonly record struct KnownMessage(string Blob, ReadOnlyMemory<byte> Fields, long Size);
}
