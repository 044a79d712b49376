using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using Cloud.Api.Gateway;
using Cloud.Api.Gateway.Wire;
using Cloud.Flow.Inbound;
using Cloud.Flow.Outbound;
using Cloud.Flow.Submission;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Overviews;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging;
using Ops = Cloud.Api.Gateway.Wire.GatewayOperations;

namespace Cloud.Listener.Gateway;

/// <summary>The gateway over HTTP: each operation is a POST to the Functions app.</summary>
/// <remarks>
/// With blobs at hand the listener writes a message itself while it streams in, and hands over its name only (claim
/// check); with queues at hand, a received message that the app does not take in time waits there. Without, messages
/// stream through the app.
/// </remarks>
public sealed class HttpGateway : IGateway, IAsyncDisposable
{
    static readonly Result NoName = new(Refusal.Invalid, "A mailbox cannot have this name");

    readonly GatewayClient client;
    readonly TimeProvider time;
    readonly Entropy entropy;
    readonly ILogger logger;
    readonly Uploads? uploads;
    readonly IQueues? queues;
    readonly AccountWatch watch;
    readonly ListenerWatch? told;
    readonly LoginWatch logins;
    readonly ConcurrentDictionary<TransactionId, HttpUpload> streaming = new();

    /// <param name="handler">
    /// Signs and sends: <see cref="CallerKey"/> around <see cref="Transport"/>. It is disposed with the gateway.
    /// </param>
    /// <param name="hub">Told of changes by whoever knows of them; null where nobody does.</param>
    public HttpGateway(
        HttpGatewayOptions options,
        HttpMessageHandler handler,
        TimeProvider clock,
        Entropy random,
        ILoggerFactory loggers,
        IBlobs? blobs = null,
        IQueues? inbound = null,
        WatchHub? hub = null
    )
    {
        if (options.Faults().FirstOrDefault() is { } wrong)
            throw new ArgumentException(wrong, nameof(options));
        (time, entropy, queues) = (clock, random, inbound);
        logger = loggers.CreateLogger<HttpGateway>();
        client = new(options, handler, time, entropy, logger);
        logins = new(async (login, cancel) => (await client.AskAsync(Ops.CheckLogin, login, cancel)).Counts, time);
        uploads = blobs is null ? null : new(blobs, time);
        watch = new(hub ?? new(), (account, cancel) => LookAsync(account, null, cancel), options.WatchEvery, time);
        if (options.Listener is { } name && queues is not null)
            told = new(
                queues,
                name,
                (account, _, cancel) => LookAsync(account, name, cancel),
                ListenerWatch.RemoteLook,
                time,
                TellWatch
            );
    }

    void TellWatch(StoreException? fault)
    {
        if (fault is null)
            Log.WatchGoesOn(logger);
        else
            Log.WatchFails(logger, fault.Message);
    }

    /// <summary>False while the app has failed too often in a row; then calls fail at once.</summary>
    public bool IsReachable => client.IsReachable;

    /// <summary>Connections to the app: pooled, fresh often enough to follow DNS, no cookies, no redirects.</summary>
    public static SocketsHttpHandler Transport() =>
        new()
        {
            ActivityHeadersPropagator = null, // each call says itself whose trace it belongs to
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(100), // Azure's front end keeps them for 4 minutes
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
        };

    public ValueTask<AuthenticateResult> AuthenticateAsync(AuthenticateRequest request, CancellationToken cancel) =>
        client.AskAsync(Ops.Authenticate, request, cancel);

    public ValueTask<ScramParameters> StartScramAsync(string login, CancellationToken cancel) =>
        client.AskAsync(Ops.StartScram, new(login), cancel);

    public ValueTask<AuthenticateResult> FinishScramAsync(ScramProof proof, CancellationToken cancel) =>
        client.AskAsync(Ops.FinishScram, proof, cancel);

    public ValueTask<AuthenticateResult> AuthenticateTokenAsync(TokenRequest request, CancellationToken cancel) =>
        client.AskAsync(Ops.AuthenticateToken, request, cancel);

    public ValueTask WatchLoginAsync(LoginStamp login, CancellationToken cancel) => logins.WaitAsync(login, cancel);

    public async ValueTask<RecipientVerdict> CheckRecipientAsync(
        CheckRecipientRequest request,
        CancellationToken cancel
    ) => (await client.AskAsync(Ops.CheckRecipient, _ => request, request.Transaction, null, cancel)).Verdict;

    public async ValueTask<MessageUpload> BeginUploadAsync(TransactionId transaction, CancellationToken cancel)
    {
        if (uploads is not null)
            return await uploads.BeginAsync(transaction, cancel);
        var upload = new HttpUpload(
            client,
            transaction,
            time,
            logger,
            ended => streaming.TryRemove(ended.Transaction, out _)
        );
        try
        {
            await upload.BeginAsync(cancel);
        }
        catch (Exception)
        {
            await upload.DisposeAsync();
            throw;
        }
        streaming[transaction] = upload;
        return upload;
    }

    public async ValueTask<ReceiveResult> ReceiveAsync(ReceiveRequest request, CancellationToken cancel)
    {
        try
        {
            // Deferred too: an account or the queue may have taken the bytes before the rest failed.
            return await HandOverAsync(
                Ops.Receive,
                repeated => new(request, repeated),
                request.Transaction,
                request.Message,
                result => result.Status != ReceiveStatus.Rejected,
                cancel
            );
        }
        catch (StoreException e) when (queues is not null)
        {
            await DeferAsync(queues, request, e, cancel);
            return new(ReceiveStatus.Accepted, "");
        }
    }

    public ValueTask<SubmitResult> SubmitAsync(SubmitRequest request, CancellationToken cancel) =>
        HandOverAsync(
            Ops.Submit,
            repeated => new(request, repeated),
            request.Transaction,
            request.Message,
            result => result.Status is SubmitStatus.Accepted or SubmitStatus.Deferred,
            cancel
        );

    public async ValueTask KeepRefusedAsync(RefusedRequest request, CancellationToken cancel) =>
        await client.AskAsync(Ops.KeepRefused, request, cancel);

    public async ValueTask KeepCountsAsync(CountsRequest request, CancellationToken cancel) =>
        await client.AskAsync(Ops.KeepCounts, request, cancel);

    public ValueTask<Result<AppendResult>> AppendAsync(AppendRequest request, CancellationToken cancel) =>
        HandOverAsync(
            Ops.Append,
            repeated => new(request, repeated),
            request.Transaction,
            request.Message,
            result => result.IsOk,
            cancel
        );

    public ValueTask<QueuedPage> ListSubmissionsAsync(
        AccountId account,
        bool? open,
        TransactionId? after,
        int limit,
        CancellationToken cancel
    ) => client.AskAsync(Ops.ListSubmissions, new(account, open, after, limit), cancel);

    public async ValueTask<QueuedDetails?> ShowSubmissionAsync(
        AccountId account,
        TransactionId submission,
        CancellationToken cancel
    ) => (await client.AskAsync(Ops.ShowSubmission, new(account, submission), cancel)).Submission;

    public ValueTask<Result<QueuedDetails>> ChangeSubmissionAsync(
        AccountId account,
        TransactionId submission,
        QueueVerb verb,
        CancellationToken cancel
    ) =>
        verb == QueueVerb.Retry
            ? client.AskAsync(Ops.RetrySubmission, new(account, submission), cancel)
            : client.AskAsync(Ops.ChangeSubmission, new(account, submission, verb), cancel);

    public ValueTask<AccountUse> ShowUseAsync(Access account, CancellationToken cancel) =>
        client.AskAsync(Ops.ShowUse, new(account), cancel);

    public ValueTask<VisibleMailboxes> ListVisibleAsync(Reader reader, ulong known, CancellationToken cancel) =>
        client.AskAsync(SharingOperations.ListVisible, new(reader.Account, reader.Address, known), cancel);

    public async ValueTask<SharedAccount?> FindSharedAsync(Reader reader, string address, CancellationToken cancel) =>
        IsText(address)
            ? (await client.AskAsync(SharingOperations.FindShared, new(reader, address), cancel)).Shared
            : null;

    public ValueTask<Result<MailboxAcl>> ShowAclAsync(Access account, MailboxId mailbox, CancellationToken cancel) =>
        client.AskAsync(SharingOperations.ShowAcl, new(account, mailbox), cancel);

    public ValueTask<Result> ChangeAclAsync(ChangeAclRequest request, CancellationToken cancel) =>
        client.AskAsync(SharingOperations.ChangeAcl, request, cancel);

    public async ValueTask<IReadOnlyList<Mailbox>> ListMailboxesAsync(AccountId account, CancellationToken cancel) =>
        (await client.AskAsync(Ops.ListMailboxes, new(account), cancel)).Mailboxes;

    public ValueTask<Result<Mailbox>> CreateMailboxAsync(
        Access account,
        string name,
        MailboxRole role,
        CancellationToken cancel
    ) => IsText(name) ? client.AskAsync(Ops.CreateMailbox, new(account, name, role), cancel) : new(NoName);

    public ValueTask<Result> DeleteMailboxAsync(Access account, MailboxId mailbox, CancellationToken cancel) =>
        client.AskAsync(Ops.DeleteMailbox, new(account, mailbox), cancel);

    public ValueTask<Result> RenameMailboxAsync(
        Access account,
        MailboxId mailbox,
        string name,
        CancellationToken cancel
    ) => IsText(name) ? client.AskAsync(Ops.RenameMailbox, new(account, mailbox, name), cancel) : new(NoName);

    public async ValueTask<Mailbox?> CountAsync(
        Access account,
        MailboxId mailbox,
        bool unseen,
        CancellationToken cancel
    ) => (await client.AskAsync(SharingOperations.Count, new(account, mailbox, unseen), cancel)).Mailbox;

    public ValueTask<Result> SubscribeAsync(
        Access account,
        MailboxId mailbox,
        bool subscribed,
        CancellationToken cancel
    ) => client.AskAsync(Ops.Subscribe, new(account, mailbox, subscribed), cancel);

    public ValueTask<Result> UnsubscribeAsync(Reader reader, string owner, string name, CancellationToken cancel) =>
        IsText(name)
            ? client.AskAsync(SharingOperations.Unsubscribe, new(reader, owner, name), cancel)
            : new(Result.Ok);

    public ValueTask<MetadataAnswer?> GetMetadataAsync(MetadataRequest request, CancellationToken cancel) =>
        client.AskAsync(Ops.GetMetadata, request, cancel);

    public ValueTask<Result<MetadataChange>> SetMetadataAsync(SetMetadataRequest request, CancellationToken cancel) =>
        client.AskAsync(Ops.SetMetadata, request, cancel);

    public ValueTask<MailboxView?> OpenAsync(
        Access account,
        MailboxId mailbox,
        bool claimRecent,
        CancellationToken cancel
    ) => client.AskAsync(Ops.Open, new(account, mailbox, claimRecent), cancel);

    public ValueTask<MailboxChanges?> SyncAsync(
        Access account,
        MailboxId mailbox,
        ulong since,
        bool claimRecent,
        CancellationToken cancel
    ) => client.AskAsync(Ops.Sync, new(account, mailbox, since, claimRecent), cancel);

    public ValueTask<ulong> WatchAsync(AccountId account, ulong since, CancellationToken cancel) =>
        told?.WaitAsync(account, since, cancel) ?? watch.WaitAsync(account, since, cancel);

    public async ValueTask<IReadOnlyList<Email>> FetchAsync(
        Access account,
        IReadOnlyList<EmailId> emails,
        CancellationToken cancel
    )
    {
        var found = new List<Email>(emails.Count);
        for (var asked = 0; asked < emails.Count; )
        {
            IReadOnlyList<EmailId> rest = asked == 0 ? emails : [.. emails.Skip(asked)];
            var answer = await client.AskAsync(Ops.Fetch, new(account, rest), cancel);
            if (answer.Asked < 1 || answer.Asked > rest.Count || answer.Emails.Count > answer.Asked)
                throw new GatewayFault("The gateway answers what it was not asked", Arrival.Perhaps);
            found.AddRange(answer.Emails);
            asked += answer.Asked;
        }
        return found;
    }

    public ValueTask<Stream?> ReadAsync(
        Access account,
        Email email,
        long offset,
        long? length,
        ReadBy by,
        CancellationToken cancel
    ) =>
        MessageStream.OpenAsync(
            client,
            MessageSource.Of(new ReadRequest(account, email.Id, offset, length, by)),
            logger,
            cancel
        );

    public ValueTask<Result<StoreFlagsResult>> StoreFlagsAsync(StoreFlagsRequest request, CancellationToken cancel) =>
        client.AskAsync(Ops.StoreFlags, request, cancel);

    public ValueTask<Result<CopyResult>> CopyAsync(CopyRequest request, CancellationToken cancel) =>
        client.AskAsync(Ops.Copy, request, cancel);

    public ValueTask<Result<CopyResult>> MoveAsync(CopyRequest request, CancellationToken cancel) =>
        client.AskAsync(Ops.Move, request, cancel);

    public ValueTask<Result<ExpungeResult>> ExpungeAsync(
        Access account,
        MailboxId mailbox,
        UidSet uids,
        bool onlyDeleted,
        CancellationToken cancel
    ) => client.AskAsync(Ops.Expunge, new(account, mailbox, uids, onlyDeleted), cancel);

    public ValueTask<Result> WithdrawAsync(
        Access account,
        MailboxId mailbox,
        IReadOnlyList<TransactionId> appended,
        CancellationToken cancel
    ) => client.AskAsync(Ops.Withdraw, new(account, mailbox, appended), cancel);

    public ValueTask<Result<UidSet>> SearchAsync(SearchRequest request, CancellationToken cancel) =>
        client.AskAsync(Ops.Search, request, cancel);

    public ValueTask<IReadOnlyList<OverviewPage>?> FetchOverviewsAsync(
        Access account,
        MailboxId mailbox,
        UidSet uids,
        CancellationToken cancel
    ) => client.AskAsync(Ops.FetchOverviews, new(account, mailbox, uids), cancel);

    public ValueTask<Result<SortResult>> SortAsync(SortRequest request, CancellationToken cancel) =>
        client.AskAsync(Ops.Sort, request, cancel);

    public ValueTask<Result<ThreadResult>> ThreadAsync(ThreadRequest request, CancellationToken cancel) =>
        client.AskAsync(Ops.Thread, request, cancel);

    public async ValueTask<IAsyncDisposable?> LockMaildropAsync(AccountId account, CancellationToken cancel)
    {
        var lease = new LeaseRequest(account, entropy.Next64());
        if (!(await client.AskAsync(Ops.TakeMaildrop, lease, cancel)).Held)
            return null;
        return new HeldLease(
            async renewing => (await client.AskAsync(Ops.RenewMaildrop, lease, renewing)).Held,
            async releasing => (await client.AskAsync(Ops.ReleaseMaildrop, lease, releasing)).Held,
            time
        );
    }

    /// <summary>Half a surrogate pair would arrive as another character, and be a name then.</summary>
    static bool IsText(ReadOnlySpan<char> name)
    {
        while (!name.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(name, out _, out var length) != OperationStatus.Done)
                return false;
            name = name[length..];
        }
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        if (told is not null)
            await told.DisposeAsync();
        client.Dispose();
    }

    async ValueTask<ulong> LookAsync(AccountId account, string? listener, CancellationToken cancel)
    {
        var asked = logins.Of(account);
        var answer = await client.AskAsync(Ops.Watch, new(account, listener, asked), cancel);
        logins.Learn(asked, answer.Ended);
        return answer.Revision;
    }

    /// <summary>Hands over a message. Its bytes stay as soon as an account may own them.</summary>
    async ValueTask<TAnswer> HandOverAsync<TRequest, TAnswer>(
        Operation<Repeatable<TRequest>, TAnswer> operation,
        Func<bool, Repeatable<TRequest>> request,
        TransactionId transaction,
        UploadedMessage message,
        Func<TAnswer, bool> isTaken,
        CancellationToken cancel
    )
    {
        void Take()
        {
            uploads?.Take(message.Blob);
            if (streaming.TryGetValue(transaction, out var upload))
                upload.Take();
        }
        try
        {
            var answer = await client.AskAsync(operation, request, transaction, Take, cancel);
            if (isTaken(answer))
                Take();
            else
                await RefuseAsync(transaction, message);
            return answer;
        }
        catch (OperationCanceledException)
        {
            Take();
            throw;
        }
    }

    /// <summary>Refused for good, and no try may have got further: the bytes are nobody's. Those that stay the sweep takes.</summary>
    async ValueTask RefuseAsync(TransactionId transaction, UploadedMessage message)
    {
        if (uploads is not null)
            await uploads.RefuseAsync(message.Blob);
        else if (streaming.TryGetValue(transaction, out var upload))
            await upload.TryAbandonAsync();
    }

    /// <summary>The transaction waits on the inbound queue; what the app may still do with it, it does once.</summary>
    /// <exception cref="StoreException">It cannot be kept.</exception>
    async ValueTask DeferAsync(IQueues queue, ReceiveRequest request, StoreException why, CancellationToken cancel)
    {
        try
        {
            uploads?.Take(request.Message.Blob); // the queue may have it, whatever it answers
            if (streaming.TryGetValue(request.Transaction, out var upload))
                upload.Take();
            await Deferring.DeferAsync(
                queue,
                request.Transaction,
                request.Envelope.Origin,
                request.Envelope.Wishes,
                request.Message,
                request.Evidence,
                time.GetUtcNow(),
                cancel
            );
            Log.Deferred(logger, request.Transaction, why.Message);
        }
        catch (StoreException e)
        {
            Log.NotDeferred(logger, request.Transaction, e.Message);
            throw;
        }
    }
}
