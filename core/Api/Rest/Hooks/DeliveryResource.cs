using Cloud.Flow.Hooks;

namespace Cloud.Api.Rest.Hooks;

/// <summary><c>/hooks/{hook}/deliveries</c>: what became of each event, and sending it again.</summary>
static class DeliveryResource
{
    static readonly QueryParameter[] Filter =
    [
        new("from", "Of events from this time on (RFC 3339)"),
        new("to", "Before this time"),
        new("state", "sending, waiting, done or dead"),
        new("type", "Of the event: message.received"),
        new("sender", "Pattern of the reverse path or the author"),
        new("recipient", "Pattern of a recipient"),
    ];

    public static readonly IReadOnlyList<Route> Routes =
    [
        Route.Get(
            "/hooks/{hook}/deliveries",
            ApiScope.Admin,
            "List what a webhook was told, the newest first",
            ListAsync
        ) with
        {
            Response = HookApiJson.Default.PageDeliveryShape,
            Query = [QueryParameter.After, QueryParameter.Limit, .. Filter],
        },
        Route.Get(
            "/hooks/{hook}/deliveries/{event}",
            ApiScope.Admin,
            "Show a delivery with its attempts",
            ShowAsync
        ) with
        {
            Response = HookApiJson.Default.DeliveryShape,
        },
        Route.Post(
            "/hooks/{hook}/deliveries/{event}/replay",
            ApiScope.Admin,
            "Send one event again",
            ReplayOneAsync
        ) with
        {
            Request = HookApiJson.Default.EventReplay,
            Response = HookApiJson.Default.HookReplayed,
            Status = 202,
        },
        Route.Post("/hooks/{hook}/replay", ApiScope.Admin, "Send events again, by time and filter", ReplayAsync) with
        {
            Request = HookApiJson.Default.HookReplay,
            Response = HookApiJson.Default.HookReplayed,
            Status = 202,
        },
    ];

    static HookControl Control(ApiCall call) => call.Rooms.Backend.Hooks.Control;

    static async ValueTask<ApiAnswer> ListAsync(ApiCall call, CancellationToken cancel)
    {
        await HookResource.FindAsync(call, cancel);
        var filter = new ReplayFilter
        {
            From = call.Time("from"),
            To = call.Time("to"),
            State = StateOf(call.Query("state"), Parameter),
            Kind = call.Query("type") is { } type ? KindOf(type) : null,
            Sender = call.Query("sender"),
            Recipient = call.Query("recipient"),
        };
        var (found, next) = await Control(call).ListAsync(call["hook"], filter, call.After, call.Limit, cancel);
        var page = new Page<DeliveryShape>([.. found.Select(HookShapes.Of)], next is null ? null : Cursor.Encode(next));
        return ApiAnswer.Ok(page, HookApiJson.Default.PageDeliveryShape);
    }

    static async ValueTask<ApiAnswer> ShowAsync(ApiCall call, CancellationToken cancel)
    {
        await HookResource.FindAsync(call, cancel);
        var found = await Control(call).FindAsync(call["hook"], call["event"], cancel);
        return found is null
            ? throw new ApiException(ApiProblem.NotFound("delivery"))
            : ApiAnswer.Ok(HookShapes.Of(found), HookApiJson.Default.DeliveryShape);
    }

    static async ValueTask<ApiAnswer> ReplayOneAsync(ApiCall call, CancellationToken cancel)
    {
        var asked = await call.ReadAsync(HookApiJson.Default.EventReplay, cancel);
        await HookResource.FindAsync(call, cancel);
        if (await Control(call).FindAsync(call["hook"], call["event"], cancel) is null)
            throw new ApiException(ApiProblem.NotFound("delivery"));
        await CheckTargetAsync(call, asked.Hook, cancel);
        var isReplayed = await Control(call).ReplayAsync(call["hook"], call["event"], asked.Hook, cancel);
        return isReplayed
            ? ApiAnswer.Json(202, new HookReplayed(1, null), HookApiJson.Default.HookReplayed)
            : throw new ApiException(ApiProblem.Conflict("on-its-way", "It is on its way already."));
    }

    static async ValueTask<ApiAnswer> ReplayAsync(ApiCall call, CancellationToken cancel)
    {
        var asked = await call.ReadAsync(HookApiJson.Default.HookReplay, cancel);
        await HookResource.FindAsync(call, cancel);
        await CheckTargetAsync(call, asked.Hook, cancel);
        var filter = new ReplayFilter
        {
            From = asked.From,
            To = asked.To,
            State = StateOf(asked.State, Field),
            Kind = asked.Type is { } type ? HookShapes.KindOf(type, "#/type") : null,
            Sender = asked.Sender,
            Recipient = asked.Recipient,
        };
        var after = asked.After is null ? null : Cursor.Decode(asked.After) ?? throw Field("after", "It is no next.");
        var (count, next) = await Control(call).ReplayAsync(call["hook"], filter, asked.Hook, after, cancel);
        var answer = new HookReplayed(count, next is null ? null : Cursor.Encode(next));
        return ApiAnswer.Json(202, answer, HookApiJson.Default.HookReplayed);
    }

    static async ValueTask CheckTargetAsync(ApiCall call, string? hook, CancellationToken cancel)
    {
        if (hook is null)
            return;
        try
        {
            await HookResource.FindAsync(call, cancel, hook);
        }
        catch (ApiException e) when (e.Problem.Status == 404)
        {
            throw Field("hook", "There is no such webhook."); // a fault of the field, not of the path
        }
    }

    static DeliveryState? StateOf(string? text, Func<string, string, ApiException> fault) =>
        text switch
        {
            null => null,
            "sending" => DeliveryState.Sending,
            "waiting" => DeliveryState.Waiting,
            "done" => DeliveryState.Done,
            "dead" => DeliveryState.Dead,
            _ => throw fault("state", "state is sending, waiting, done or dead."),
        };

    static MailEventKind KindOf(string type) =>
        MailEventNames.TryParse(type)
        ?? throw Parameter("type", "type is the name of an event, message.received for one.");

    static ApiException Parameter(string name, string detail) => new(ApiProblem.BadParameter(name, detail));

    static ApiException Field(string name, string detail) => new(ApiProblem.Invalid($"#/{name}", detail));
}
