using System.Collections.Frozen;
using System.Text.Json.Serialization.Metadata;
using Cloud.Flow.Outbound;
using Cloud.Flow.Submission;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Overviews;
using Json = Cloud.Api.Gateway.Wire.GatewayJson;

namespace Cloud.Api.Gateway.Wire;

/// <summary>Every operation of the gateway, for both ends: a caller encodes by it, the service answers by it.</summary>
/// <remarks>
/// Not repeatable is what counts (a failed login), what answers differently the second time although nothing more is
/// done (a mailbox is made, or gone), and what would be done twice (a copy; another attempt to send).
/// </remarks>
public static class GatewayOperations
{
    static readonly Json Types = Json.Default;

    public static readonly Operation<AuthenticateRequest, AuthenticateResult> Authenticate = new(
        "authenticate",
        Plain(Types.AuthenticateRequest),
        Plain(Types.AuthenticateResult),
        repeatable: false,
        (served, request, cancel) => served.Gateway.AuthenticateAsync(request, cancel)
    );

    public static readonly Operation<LoginRequest, ScramParameters> StartScram = new(
        "scram-start",
        Plain(Types.LoginRequest),
        Plain(Types.ScramParameters),
        repeatable: true,
        (served, request, cancel) => served.Gateway.StartScramAsync(request.Login, cancel)
    );

    public static readonly Operation<ScramProof, AuthenticateResult> FinishScram = new(
        "scram-finish",
        Plain(Types.ScramProof),
        Plain(Types.AuthenticateResult),
        repeatable: false,
        (served, proof, cancel) => served.Gateway.FinishScramAsync(proof, cancel)
    );

    public static readonly Operation<TokenRequest, AuthenticateResult> AuthenticateToken = new(
        "authenticate-token",
        Checked(Types.TokenRequest, request => request.Token.Length is > 0 and <= TokenRequest.MaxToken),
        Plain(Types.AuthenticateResult),
        repeatable: false,
        (served, request, cancel) => served.Gateway.AuthenticateTokenAsync(request, cancel)
    );

    public static readonly Operation<LoginStamp, LoginAnswer> CheckLogin = new(
        "check-login",
        Plain(Types.LoginStamp),
        Plain(Types.LoginAnswer),
        repeatable: true,
        async (served, login, cancel) => new(await served.Gateway.CountsAsync(login, cancel))
    );

    public static readonly Operation<CheckRecipientRequest, VerdictAnswer> CheckRecipient = new(
        "check-recipient",
        Plain(Types.CheckRecipientRequest),
        Plain(Types.VerdictAnswer),
        repeatable: true,
        async (served, request, cancel) => new(await served.Gateway.CheckRecipientAsync(request, cancel))
    );

    public static readonly UploadOperation Upload = new();

    public static readonly ReadUploadOperation ReadUpload = new();

    public static readonly Operation<UploadRequest, DoneAnswer> Abandon = new(
        "abandon",
        Plain(Types.UploadRequest),
        Plain(Types.DoneAnswer),
        repeatable: true,
        (served, request, _) => served.AbandonAsync(request)
    );

    public static readonly Operation<Repeatable<ReceiveRequest>, ReceiveResult> Receive = new(
        "receive",
        Checked(
            Types.RepeatableReceiveRequest,
            call => Sound.Is(call.Request.Envelope) && Sound.Is(call.Request.Evidence)
        ),
        Plain(Types.ReceiveResult),
        repeatable: true,
        (served, call, cancel) => served.Gateway.ReceiveAsync(call.Request, call.Repeated || served.IsLate, cancel)
    )
    {
        Budget = GatewayBudgets.Delivery,
    };

    public static readonly Operation<Repeatable<SubmitRequest>, SubmitResult> Submit = new(
        "submit",
        Checked(Types.RepeatableSubmitRequest, call => Sound.Is(call.Request)),
        Plain(Types.SubmitResult),
        repeatable: true,
        (served, call, cancel) => served.Gateway.SubmitAsync(call.Request, call.Repeated || served.IsLate, cancel)
    )
    {
        Budget = GatewayBudgets.Delivery,
    };

    public static readonly Operation<RefusedRequest, DoneAnswer> KeepRefused = new(
        "keep-refused",
        Checked(Types.RefusedRequest, Sound.Is),
        Plain(Types.DoneAnswer),
        repeatable: true,
        async (served, request, cancel) =>
        {
            await served.Gateway.KeepRefusedAsync(request, cancel);
            return new();
        }
    );

    public static readonly Operation<CountsRequest, DoneAnswer> KeepCounts = new(
        "keep-counts",
        Checked(Types.CountsRequest, Sound.Is),
        Plain(Types.DoneAnswer),
        repeatable: true,
        async (served, request, cancel) =>
        {
            await served.Gateway.KeepCountsAsync(request, cancel);
            return new();
        }
    );

    public static readonly Operation<Repeatable<AppendRequest>, Result<AppendResult>> Append = new(
        "append",
        Checked(
            Types.RepeatableAppendRequest,
            call => Sound.Is(call.Request.Keywords) && call.Request.Import?.IsSound != false
        ),
        Codecs.Refusable(Plain(Types.ResultHeadAppendResult)),
        repeatable: true,
        (served, call, cancel) => served.Gateway.AppendAsync(call.Request, call.Repeated || served.IsLate, cancel)
    )
    {
        Budget = GatewayBudgets.Delivery,
    };

    public static readonly Operation<ListSubmissionsRequest, QueuedPage> ListSubmissions = new(
        "list-submissions",
        Checked(Types.ListSubmissionsRequest, ask => ask.Limit is >= 1 and <= OutboxControl.MaxPage),
        Plain(Types.QueuedPage),
        repeatable: true,
        (served, ask, cancel) =>
            served.Gateway.ListSubmissionsAsync(ask.Account, ask.Open, ask.After, ask.Limit, cancel)
    );

    public static readonly Operation<SubmissionRequest, SubmissionAnswer> ShowSubmission = new(
        "show-submission",
        Plain(Types.SubmissionRequest),
        Plain(Types.SubmissionAnswer),
        repeatable: true,
        async (served, ask, cancel) =>
            new(await served.Gateway.ShowSubmissionAsync(ask.Account, ask.Submission, cancel))
    );

    /// <summary>Hold, release and cancel say how it is to be, and are answered by how it is.</summary>
    public static readonly Operation<ChangeSubmissionRequest, Result<QueuedDetails>> ChangeSubmission = new(
        "change-submission",
        Checked(
            Types.ChangeSubmissionRequest,
            ask => ask.Verb is QueueVerb.Hold or QueueVerb.Release or QueueVerb.Cancel
        ),
        Codecs.Refusable(Plain(Types.ResultHeadQueuedDetails)),
        repeatable: true,
        (served, ask, cancel) => served.Gateway.ChangeSubmissionAsync(ask.Account, ask.Submission, ask.Verb, cancel)
    );

    public static readonly Operation<SubmissionRequest, Result<QueuedDetails>> RetrySubmission = new(
        "retry-submission",
        Plain(Types.SubmissionRequest),
        Codecs.Refusable(Plain(Types.ResultHeadQueuedDetails)),
        repeatable: false,
        (served, ask, cancel) =>
            served.Gateway.ChangeSubmissionAsync(ask.Account, ask.Submission, QueueVerb.Retry, cancel)
    );

    public static readonly Operation<UseRequest, AccountUse> ShowUse = new(
        "show-use",
        Plain(Types.UseRequest),
        Plain(Types.AccountUse),
        repeatable: true,
        (served, request, cancel) => served.Gateway.ShowUseAsync(request.Account, cancel)
    );

    public static readonly Operation<AccountRequest, MailboxListAnswer> ListMailboxes = new(
        "list",
        Plain(Types.AccountRequest),
        Plain(Types.MailboxListAnswer),
        repeatable: true,
        async (served, request, cancel) => new(await served.Gateway.ListMailboxesAsync(request.Account, cancel))
    );

    public static readonly Operation<CreateMailboxRequest, Result<Mailbox>> CreateMailbox = new(
        "create",
        Plain(Types.CreateMailboxRequest),
        Codecs.Refusable(Plain(Types.ResultHeadMailbox)),
        repeatable: false,
        (served, ask, cancel) => served.Gateway.CreateMailboxAsync(ask.Account, ask.Name, ask.Role, cancel)
    );

    public static readonly Operation<MailboxRequest, Result> DeleteMailbox = new(
        "delete",
        Plain(Types.MailboxRequest),
        Codecs.Result,
        repeatable: false,
        (served, ask, cancel) => served.Gateway.DeleteMailboxAsync(ask.Account, ask.Mailbox, cancel)
    )
    {
        Budget = GatewayBudgets.Long,
    };

    public static readonly Operation<RenameMailboxRequest, Result> RenameMailbox = new(
        "rename",
        Plain(Types.RenameMailboxRequest),
        Codecs.Result,
        repeatable: false,
        (served, ask, cancel) => served.Gateway.RenameMailboxAsync(ask.Account, ask.Mailbox, ask.Name, cancel)
    )
    {
        Budget = GatewayBudgets.Long,
    };

    public static readonly Operation<SubscribeRequest, Result> Subscribe = new(
        "subscribe",
        Plain(Types.SubscribeRequest),
        Codecs.Result,
        repeatable: true,
        (served, ask, cancel) => served.Gateway.SubscribeAsync(ask.Account, ask.Mailbox, ask.Subscribed, cancel)
    );

    public static readonly Operation<MetadataRequest, MetadataAnswer?> GetMetadata = new(
        "get-metadata",
        Checked(Types.MetadataRequest, Sound.Is),
        Codecs.Metadata,
        repeatable: true,
        (served, request, cancel) => served.Gateway.GetMetadataAsync(request, cancel)
    );

    public static readonly Operation<SetMetadataRequest, Result<MetadataChange>> SetMetadata = new(
        "set-metadata",
        Checked(Types.SetMetadataRequest, Sound.Is),
        Codecs.Refusable(Plain(Types.ResultHeadMetadataChange)),
        repeatable: true,
        (served, request, cancel) => served.Gateway.SetMetadataAsync(request, cancel)
    );

    public static readonly Operation<OpenRequest, MailboxView?> Open = new(
        "open",
        Plain(Types.OpenRequest),
        Codecs.View,
        repeatable: true,
        (served, ask, cancel) => served.Gateway.OpenAsync(ask.Account, ask.Mailbox, ask.ClaimRecent, cancel)
    )
    {
        Budget = GatewayBudgets.Long,
    };

    public static readonly Operation<SyncRequest, MailboxChanges?> Sync = new(
        "sync",
        Plain(Types.SyncRequest),
        Codecs.Changes,
        repeatable: true,
        (served, ask, cancel) => served.Gateway.SyncAsync(ask.Account, ask.Mailbox, ask.Since, ask.ClaimRecent, cancel)
    )
    {
        Budget = GatewayBudgets.Long,
    };

    public static readonly Operation<WatchRequest, WatchAnswer> Watch = new(
        "watch",
        Checked(
            Types.WatchRequest,
            request =>
                (request.Listener is not { } name || WatchRegistration.IsListener(name))
                && request.Logins.Count <= WatchRequest.MaxLogins
                && request.Logins.All(login => login is not null)
        ),
        Plain(Types.WatchAnswer),
        repeatable: true,
        (served, request, cancel) => served.WatchAsync(request, cancel)
    );

    public static readonly Operation<FetchRequest, FetchAnswer> Fetch = new(
        "fetch",
        Checked(Types.FetchRequest, request => request.Emails.Count <= GatewayLimits.FetchEmails),
        Codecs.Emails,
        repeatable: true,
        (served, request, cancel) => served.FetchAsync(request, cancel)
    )
    {
        Budget = GatewayBudgets.Long,
    };

    public static readonly Operation<OverviewsRequest, IReadOnlyList<OverviewPage>?> FetchOverviews = new(
        "fetch-overviews",
        Plain(Types.OverviewsRequest),
        Codecs.Overviews,
        repeatable: true,
        (served, ask, cancel) => served.Gateway.FetchOverviewsAsync(ask.Account, ask.Mailbox, ask.Uids, cancel)
    )
    {
        Budget = GatewayBudgets.Long,
    };

    public static readonly ReadOperation Read = new();

    public static readonly Operation<StoreFlagsRequest, Result<StoreFlagsResult>> StoreFlags = new(
        "store-flags",
        Checked(Types.StoreFlagsRequest, request => Sound.Is(request.Keywords)),
        Codecs.Flags,
        repeatable: false,
        (served, request, cancel) => served.Gateway.StoreFlagsAsync(request, cancel)
    )
    {
        Budget = GatewayBudgets.Long,
    };

    public static readonly Operation<CopyRequest, Result<CopyResult>> Copy = new(
        "copy",
        Plain(Types.CopyRequest),
        Codecs.Copied,
        repeatable: false,
        (served, request, cancel) => served.Gateway.CopyAsync(request, cancel)
    )
    {
        Budget = GatewayBudgets.Long,
    };

    public static readonly Operation<CopyRequest, Result<CopyResult>> Move = new(
        "move",
        Plain(Types.CopyRequest),
        Codecs.Copied,
        repeatable: false,
        (served, request, cancel) => served.Gateway.MoveAsync(request, cancel)
    )
    {
        Budget = GatewayBudgets.Long,
    };

    public static readonly Operation<ExpungeRequest, Result<ExpungeResult>> Expunge = new(
        "expunge",
        Plain(Types.ExpungeRequest),
        Codecs.Expunged,
        repeatable: false,
        (served, ask, cancel) =>
            served.Gateway.ExpungeAsync(ask.Account, ask.Mailbox, ask.Uids, ask.OnlyDeleted, cancel)
    )
    {
        Budget = GatewayBudgets.Long,
    };

    public static readonly Operation<WithdrawRequest, Result> Withdraw = new(
        "withdraw",
        Checked(Types.WithdrawRequest, request => request.Appended.Count <= GatewayLimits.Withdrawn),
        Codecs.Result,
        repeatable: true,
        (served, ask, cancel) => served.Gateway.WithdrawAsync(ask.Account, ask.Mailbox, ask.Appended, cancel)
    )
    {
        Budget = GatewayBudgets.Long,
    };

    public static readonly Operation<SearchRequest, Result<UidSet>> Search = new(
        "search",
        Checked(Types.SearchRequest, request => Sound.Is(request.Key)),
        Codecs.Found,
        repeatable: true,
        (served, request, cancel) => served.Gateway.SearchAsync(request, cancel)
    )
    {
        Budget = GatewayBudgets.Long,
    };

    public static readonly Operation<SortRequest, Result<SortResult>> Sort = new(
        "sort",
        Checked(
            Types.SortRequest,
            request => request.Criteria.Count is > 0 and <= SortRequest.MaxCriteria && Sound.Is(request.Search.Key)
        ),
        Codecs.Sorted,
        repeatable: true,
        (served, request, cancel) => served.Gateway.SortAsync(request, cancel)
    )
    {
        Budget = GatewayBudgets.Long,
    };

    public static readonly Operation<ThreadRequest, Result<ThreadResult>> Thread = new(
        "thread",
        Checked(Types.ThreadRequest, request => Sound.Is(request.Search.Key)),
        Codecs.Threaded,
        repeatable: true,
        (served, request, cancel) => served.Gateway.ThreadAsync(request, cancel)
    )
    {
        Budget = GatewayBudgets.Long,
    };

    public static readonly Operation<LeaseRequest, LeaseAnswer> TakeMaildrop = new(
        "maildrop-take",
        Plain(Types.LeaseRequest),
        Plain(Types.LeaseAnswer),
        repeatable: true,
        async (served, lease, cancel) => new(await served.Leases.TakeAsync(lease.Account, lease.Token, cancel))
    );

    public static readonly Operation<LeaseRequest, LeaseAnswer> RenewMaildrop = new(
        "maildrop-renew",
        Plain(Types.LeaseRequest),
        Plain(Types.LeaseAnswer),
        repeatable: true,
        async (served, lease, cancel) => new(await served.Leases.RenewAsync(lease.Account, lease.Token, cancel))
    );

    public static readonly Operation<LeaseRequest, LeaseAnswer> ReleaseMaildrop = new(
        "maildrop-release",
        Plain(Types.LeaseRequest),
        Plain(Types.LeaseAnswer),
        repeatable: true,
        async (served, lease, cancel) => new(await served.Leases.ReleaseAsync(lease.Account, lease.Token, cancel))
    );

    /// <summary>By name.</summary>
    public static readonly FrozenDictionary<string, Operation> Table = new Operation[]
    {
        Authenticate,
        StartScram,
        FinishScram,
        AuthenticateToken,
        CheckLogin,
        CheckRecipient,
        Upload,
        ReadUpload,
        Abandon,
        Receive,
        Submit,
        KeepRefused,
        KeepCounts,
        Append,
        ListSubmissions,
        ShowSubmission,
        ChangeSubmission,
        RetrySubmission,
        ShowUse,
        SharingOperations.ListVisible,
        SharingOperations.FindShared,
        SharingOperations.ShowAcl,
        SharingOperations.ChangeAcl,
        ListMailboxes,
        CreateMailbox,
        DeleteMailbox,
        RenameMailbox,
        Subscribe,
        SharingOperations.Unsubscribe,
        SharingOperations.Count,
        GetMetadata,
        SetMetadata,
        Open,
        Sync,
        Watch,
        Fetch,
        Read,
        StoreFlags,
        Copy,
        Move,
        Expunge,
        Withdraw,
        Search,
        Sort,
        Thread,
        FetchOverviews,
        TakeMaildrop,
        RenewMaildrop,
        ReleaseMaildrop,
    }.ToFrozenDictionary(operation => operation.Name, StringComparer.Ordinal);

    static JsonCodec<T> Plain<T>(JsonTypeInfo<T> type) => new(type);

    static WireCodec<T> Checked<T>(JsonTypeInfo<T> type, Func<T, bool> isSound) =>
        new MappedCodec<T, T>(
            new JsonCodec<T>(type),
            value => value,
            value => isSound(value) ? value : throw new WireException($"The body is no sound {typeof(T).Name}")
        );
}
