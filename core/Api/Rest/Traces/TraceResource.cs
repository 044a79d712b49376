using Cloud.Api.Rest.Hooks;
using Cloud.Flow.Trace;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Directory;

namespace Cloud.Api.Rest.Traces;

/// <summary><c>/trace</c>: what happened to messages.</summary>
static class TraceResource
{
    public static readonly IReadOnlyList<Route> Routes =
    [
        Route.Get("/trace", ApiScope.Read, "List messages by address or Message-ID, newest first", ListAsync) with
        {
            Response = TraceReportJson.Default.TracePageInfo,
            Query =
            [
                new("address", "A user's address, or one elsewhere"),
                new("messageId", "A Message-ID, with or without its angle brackets"),
                QueryParameter.After,
                QueryParameter.Limit,
            ],
        },
        Route.Get("/trace/{message}", ApiScope.Read, "Tell what happened to a message", ShowAsync) with
        {
            Response = TraceReportJson.Default.TraceReport,
        },
    ];

    static async ValueTask<ApiAnswer> ShowAsync(ApiCall call, CancellationToken cancel)
    {
        if (TransactionId.TryParse(call["message"]) is not { } id)
            throw new ApiException(ApiProblem.NotFound("message"));
        var scope = await ScopeAsync(call, cancel);
        var report = await call.Rooms.Backend.Traces.ShowAsync(id, scope, cancel);
        return report is null
            ? throw new ApiException(ApiProblem.NotFound("message"))
            : ApiAnswer.Ok(report, TraceReportJson.Default.TraceReport);
    }

    static async ValueTask<ApiAnswer> ListAsync(ApiCall call, CancellationToken cancel)
    {
        var limit = call.Limit;
        var after = call.After is { } place ? TracePlace.TryParse(place) ?? throw Pages.NoCursor() : null;
        var (address, messageId) = (call.Query("address"), call.Query("messageId"));
        if (address is null == messageId is null)
            throw new ApiException(ApiProblem.BadParameter("address", "Either address or messageId is given."));
        var asked = address is null
            ? null
            : EmailAddress.TryParse(address)
                ?? throw new ApiException(ApiProblem.BadParameter("address", "address is an address."));
        var (traces, scope) = (call.Rooms.Backend.Traces, await ScopeAsync(call, cancel));
        var page = await TracePage.OfAsync(
            most =>
                asked is null
                    ? traces.FindAsync(messageId!, scope, cancel)
                    : traces.ListAsync(asked, scope, most, cancel),
            after,
            limit
        );
        var next = page.Next is { } end ? Cursor.Encode($"{end}") : null;
        return ApiAnswer.Ok(new(page.Messages, next, page.IsCut), TraceReportJson.Default.TracePageInfo);
    }

    /// <summary>What the caller may hear of: of users of domains that it sees.</summary>
    static async ValueTask<TraceScope> ScopeAsync(ApiCall call, CancellationToken cancel)
    {
        var caller = call.Caller;
        if (caller.IsOperator)
            return TraceScope.Operator;
        var tenants = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var row in call.Rooms.Backend.Directory.ListAsync(DirectoryRows.Domains, cancel))
            tenants[row.Key.Row[DirectoryRows.Domain("").Length..]] = DirectoryRows.TenantOf(row.Data);
        return new(
            caller.Mailbox,
            address =>
                tenants.TryGetValue(address[(address.LastIndexOf('@') + 1)..], out var tenant)
                && caller.SeesAddress(address, tenant),
            IsOperator: false
        )
        {
            SeesHook = hook => HookResource.IsSeen(caller, hook),
        };
    }
}
