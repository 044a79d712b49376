using System.Text.Json.Serialization.Metadata;
using Json = Cloud.Api.Gateway.Wire.GatewayJson;

namespace Cloud.Api.Gateway.Wire;

/// <summary>Those of <see cref="GatewayOperations"/> that are about others' mailboxes as such.</summary>
public static class SharingOperations
{
    static readonly Json Types = Json.Default;

    public static readonly Operation<VisibleRequest, VisibleMailboxes> ListVisible = new(
        "list-visible",
        Plain(Types.VisibleRequest),
        Plain(Types.VisibleMailboxes),
        repeatable: true,
        (served, ask, cancel) => served.Gateway.ListVisibleAsync(new(ask.Account, ask.Address), ask.Known, cancel)
    );

    public static readonly Operation<FindSharedRequest, SharedAnswer> FindShared = new(
        "find-shared",
        Plain(Types.FindSharedRequest),
        Plain(Types.SharedAnswer),
        repeatable: true,
        async (served, ask, cancel) => new(await served.Gateway.FindSharedAsync(ask.Reader, ask.Address, cancel))
    );

    public static readonly Operation<MailboxRequest, Result<MailboxAcl>> ShowAcl = new(
        "show-acl",
        Plain(Types.MailboxRequest),
        Codecs.Refusable(Plain(Types.ResultHeadMailboxAcl)),
        repeatable: true,
        (served, ask, cancel) => served.Gateway.ShowAclAsync(ask.Account, ask.Mailbox, cancel)
    );

    public static readonly Operation<ChangeAclRequest, Result> ChangeAcl = new(
        "change-acl",
        Plain(Types.ChangeAclRequest),
        Codecs.Result,
        repeatable: true,
        (served, request, cancel) => served.Gateway.ChangeAclAsync(request, cancel)
    );

    public static readonly Operation<UnsubscribeRequest, Result> Unsubscribe = new(
        "unsubscribe",
        Plain(Types.UnsubscribeRequest),
        Codecs.Result,
        repeatable: true,
        (served, ask, cancel) => served.Gateway.UnsubscribeAsync(ask.Reader, ask.Owner, ask.Name, cancel)
    );

    public static readonly Operation<CountRequest, CountAnswer> Count = new(
        "count",
        Plain(Types.CountRequest),
        Plain(Types.CountAnswer),
        repeatable: true,
        async (served, ask, cancel) =>
            new(await served.Gateway.CountAsync(ask.Account, ask.Mailbox, ask.Unseen, cancel))
    );

    static JsonCodec<T> Plain<T>(JsonTypeInfo<T> type) => new(type);
}
