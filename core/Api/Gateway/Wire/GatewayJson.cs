using System.Text.Json.Serialization;
using Cloud.Flow.Inbound;
using Cloud.Flow.Outbound;
using Cloud.Flow.Submission;
using Cloud.Store.Mailboxes;

namespace Cloud.Api.Gateway.Wire;

/// <summary>Requests and answers as JSON. A member that is missing, or null where it may not be, is a fault.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    IgnoreReadOnlyProperties = true, // what is computed from the others
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = WireLimits.JsonDepth,
    Converters = [
        typeof(AccessConverter),
        typeof(AccountIdConverter),
        typeof(EmailAddressConverter),
        typeof(EmailIdConverter),
        typeof(IPAddressConverter),
        typeof(MailboxIdConverter),
        typeof(MailboxRightsConverter),
        typeof(TransactionIdConverter),
        typeof(UidSetConverter),
    ]
)]
[JsonSerializable(typeof(AuthenticateRequest))]
[JsonSerializable(typeof(AuthenticateResult))]
[JsonSerializable(typeof(TokenRequest))]
[JsonSerializable(typeof(LoginRequest))]
[JsonSerializable(typeof(LoginStamp))]
[JsonSerializable(typeof(LoginAnswer))]
[JsonSerializable(typeof(ScramParameters))]
[JsonSerializable(typeof(ScramProof))]
[JsonSerializable(typeof(CheckRecipientRequest))]
[JsonSerializable(typeof(VerdictAnswer))]
[JsonSerializable(typeof(UploadRequest))]
[JsonSerializable(typeof(UploadedMessage))]
[JsonSerializable(typeof(Repeatable<ReceiveRequest>))]
[JsonSerializable(typeof(Repeatable<SubmitRequest>))]
[JsonSerializable(typeof(Repeatable<AppendRequest>))]
[JsonSerializable(typeof(RefusedRequest))]
[JsonSerializable(typeof(CountsRequest))]
[JsonSerializable(typeof(ReceiveResult))]
[JsonSerializable(typeof(SubmitResult))]
[JsonSerializable(typeof(ResultHead<AppendResult>))]
[JsonSerializable(typeof(ResultHead<Mailbox>))]
[JsonSerializable(typeof(ResultHead<FlagsHead>))]
[JsonSerializable(typeof(ResultHead<CopyHead>))]
[JsonSerializable(typeof(ResultHead<RevisionHead>))]
[JsonSerializable(typeof(ResultHead<DoneAnswer>))]
[JsonSerializable(typeof(ResultHead<SortHead>))]
[JsonSerializable(typeof(ListSubmissionsRequest))]
[JsonSerializable(typeof(QueuedPage))]
[JsonSerializable(typeof(SubmissionRequest))]
[JsonSerializable(typeof(SubmissionAnswer))]
[JsonSerializable(typeof(ChangeSubmissionRequest))]
[JsonSerializable(typeof(ResultHead<QueuedDetails>))]
[JsonSerializable(typeof(AccountRequest))]
[JsonSerializable(typeof(UseRequest))]
[JsonSerializable(typeof(VisibleMailboxes))]
[JsonSerializable(typeof(FindSharedRequest))]
[JsonSerializable(typeof(SharedAnswer))]
[JsonSerializable(typeof(ChangeAclRequest))]
[JsonSerializable(typeof(ResultHead<MailboxAcl>))]
[JsonSerializable(typeof(MailboxRequest))]
[JsonSerializable(typeof(CountRequest))]
[JsonSerializable(typeof(VisibleRequest))]
[JsonSerializable(typeof(AccountUse))]
[JsonSerializable(typeof(MailboxListAnswer))]
[JsonSerializable(typeof(CreateMailboxRequest))]
[JsonSerializable(typeof(RenameMailboxRequest))]
[JsonSerializable(typeof(SubscribeRequest))]
[JsonSerializable(typeof(UnsubscribeRequest))]
[JsonSerializable(typeof(CountAnswer))]
[JsonSerializable(typeof(MetadataRequest))]
[JsonSerializable(typeof(ResultHead<MetadataAnswer>))]
[JsonSerializable(typeof(SetMetadataRequest))]
[JsonSerializable(typeof(ResultHead<MetadataChange>))]
[JsonSerializable(typeof(OpenRequest))]
[JsonSerializable(typeof(SyncRequest))]
[JsonSerializable(typeof(ResultHead<ViewHead>))]
[JsonSerializable(typeof(FetchHead))]
[JsonSerializable(typeof(FetchRequest))]
[JsonSerializable(typeof(ReadRequest))]
[JsonSerializable(typeof(ReadUploadRequest))]
[JsonSerializable(typeof(ReadAnswer))]
[JsonSerializable(typeof(StoreFlagsRequest))]
[JsonSerializable(typeof(CopyRequest))]
[JsonSerializable(typeof(ExpungeRequest))]
[JsonSerializable(typeof(WithdrawRequest))]
[JsonSerializable(typeof(SearchRequest))]
[JsonSerializable(typeof(SortRequest))]
[JsonSerializable(typeof(ThreadRequest))]
[JsonSerializable(typeof(OverviewsRequest))]
[JsonSerializable(typeof(LeaseRequest))]
[JsonSerializable(typeof(LeaseAnswer))]
[JsonSerializable(typeof(WatchRequest))]
[JsonSerializable(typeof(WatchAnswer))]
[JsonSerializable(typeof(DoneAnswer))]
[JsonSerializable(typeof(Problem))]
sealed partial class GatewayJson : JsonSerializerContext;
