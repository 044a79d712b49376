using System.Globalization;
using Cloud.Flow.Hooks;
using Cloud.Mail;
using Cloud.Store.Directory;

namespace Cloud.Api.Rest.Hooks;

/// <summary><c>/hooks</c>: who is told what happens to mail (docs/webhooks.md).</summary>
static class HookResource
{
    /// <summary>Hours that an old secret may count.</summary>
    const int MaxOverlap = 720;

    public static readonly IReadOnlyList<Route> Routes =
    [
        Route.Get("/hooks", ApiScope.Admin, "List the webhooks", ListAsync) with
        {
            Response = HookApiJson.Default.PageHookShape,
            Query = [QueryParameter.After, QueryParameter.Limit],
        },
        Route.Post("/hooks", ApiScope.Admin, "Make a webhook; its secret is shown this once", AddAsync) with
        {
            Request = HookApiJson.Default.NewHook,
            Response = HookApiJson.Default.MadeHook,
            Status = 201,
        },
        Route.Get("/hooks/{hook}", ApiScope.Admin, "Show a webhook", ShowAsync) with
        {
            Response = HookApiJson.Default.HookShape,
            HasTag = true,
        },
        Route.Patch("/hooks/{hook}", ApiScope.Admin, "Change a webhook", ChangeAsync) with
        {
            Request = HookApiJson.Default.HookChange,
            Response = HookApiJson.Default.HookShape,
            HasTag = true,
        },
        Route.Delete("/hooks/{hook}", ApiScope.Admin, "Remove a webhook", RemoveAsync) with
        {
            HasTag = true,
        },
        Route.Post(
            "/hooks/{hook}/rotate",
            ApiScope.Admin,
            "Make a new secret; the old one counts for a while",
            RotateAsync
        ) with
        {
            Request = HookApiJson.Default.HookRotation,
            Response = HookApiJson.Default.MadeHook,
        },
        Route.Post(
            "/link-secret/rotate",
            ApiScope.Admin,
            "Make a new secret of the links in webhooks; those of before open for a while",
            RotateLinksAsync
        ) with
        {
            Request = HookApiJson.Default.LinkRotation,
            Status = 204,
            ForOperator = true,
        },
        Route.Post("/hooks/{hook}/test", ApiScope.Admin, "Send a test event", TestAsync) with
        {
            Response = HookApiJson.Default.TestedHook,
            Status = 202,
        },
    ];

    static HookControl Control(ApiCall call) => call.Rooms.Backend.Hooks.Control;

    static async ValueTask<ApiAnswer> ListAsync(ApiCall call, CancellationToken cancel)
    {
        // There are a thousand at most, which are read at once.
        var seen = (await Control(call).ListAsync(call.Caller.Tenant, cancel))
            .Where(info => IsSeen(call.Caller, info.Hook))
            .Where(info => call.After is not { } after || string.CompareOrdinal(info.Hook.Id, after) > 0)
            .ToList();
        var page = seen.Take(call.Limit).Select(HookShapes.Of).ToList();
        var next = seen.Count > page.Count ? Cursor.Encode(page[^1].Id) : null;
        return ApiAnswer.Ok(new Page<HookShape>(page, next), HookApiJson.Default.PageHookShape);
    }

    static async ValueTask<ApiAnswer> AddAsync(ApiCall call, CancellationToken cancel)
    {
        var asked = await call.ReadAsync(HookApiJson.Default.NewHook, cancel);
        var (mailbox, account) = await MailboxAsync(call, asked.Mailbox ?? call.Caller.Mailbox, cancel);
        var hook = new Hook
        {
            Id = "",
            Tenant = TenantOf(call, asked),
            Url = asked.Url,
            Events = HookShapes.Events(asked.Events),
            Domain = await DomainAsync(call, asked.Domain, cancel),
            Address = asked.Address is null ? null : HookShapes.PatternOf(asked.Address),
            Mailbox = mailbox,
            Account = account,
            Rule = HookShapes.RuleOf(asked.Rule),
            Payload = HookShapes.Choice(asked.Payload, "#/payload", HookPayload.Full),
            Preset = HookShapes.Choice(asked.Preset, "#/preset", HookPreset.None),
            Inline = asked.Inline ?? 0,
            Concurrency = asked.Concurrency ?? 4,
            Owner = asked.Owner,
            Description = asked.Description,
        };
        var (made, tooMany) = await Control(call).AddAsync(HookShapes.Sound(hook), cancel);
        if (made is null)
            throw new ApiException(ApiProblem.Conflict("too-many", $"{tooMany}."));
        return ApiAnswer.Created(HookShapes.Made(made), HookApiJson.Default.MadeHook, $"/hooks/{made.Hook.Id}");
    }

    static async ValueTask<ApiAnswer> ShowAsync(ApiCall call, CancellationToken cancel)
    {
        var info = await FindAsync(call, cancel);
        return ApiAnswer.Ok(HookShapes.Of(info), HookApiJson.Default.HookShape).With("ETag", TagOf(info.Hook));
    }

    static async ValueTask<ApiAnswer> ChangeAsync(ApiCall call, CancellationToken cancel)
    {
        var asked = await call.ReadAsync(HookApiJson.Default.HookChange, cancel);
        await FindAsync(call, cancel);
        var changed =
            await Control(call).ChangeAsync(call["hook"], hook => Changed(call, hook, asked), cancel)
            ?? throw NotFound();
        return ApiAnswer.Ok(HookShapes.Of(changed), HookApiJson.Default.HookShape).With("ETag", TagOf(changed.Hook));
    }

    static Hook Changed(ApiCall call, Hook hook, HookChange asked)
    {
        call.Match(TagOf(hook));
        return HookShapes.Sound(
            hook with
            {
                Url = asked.Url ?? hook.Url,
                Events = asked.Events is null ? hook.Events : HookShapes.Events(asked.Events),
                Address = asked.Address is null ? hook.Address : HookShapes.PatternOf(asked.Address),
                Rule = asked.Rule is null ? hook.Rule : HookShapes.RuleOf(asked.Rule),
                Payload = HookShapes.Choice(asked.Payload, "#/payload", hook.Payload),
                Inline = asked.Inline ?? hook.Inline,
                Concurrency = asked.Concurrency ?? hook.Concurrency,
                Owner = asked.Owner ?? hook.Owner,
                Description = asked.Description ?? hook.Description,
                Disabled = asked.Enabled switch
                {
                    true => null,
                    false => hook.Disabled ?? "by hand",
                    _ => hook.Disabled,
                },
            }
        );
    }

    static async ValueTask<ApiAnswer> RemoveAsync(ApiCall call, CancellationToken cancel)
    {
        call.Match(TagOf((await FindAsync(call, cancel)).Hook));
        // The same again under another tag: of several who ask with this one, one goes on.
        if (call.Request.Header("If-Match") is not null)
            await Control(call).ChangeAsync(call["hook"], hook => Matched(call, hook), cancel);
        await Control(call).RemoveAsync(call["hook"], cancel);
        return ApiAnswer.Done();
    }

    static Hook Matched(ApiCall call, Hook hook)
    {
        call.Match(TagOf(hook));
        return hook;
    }

    static async ValueTask<ApiAnswer> RotateAsync(ApiCall call, CancellationToken cancel)
    {
        var asked = await call.ReadAsync(HookApiJson.Default.HookRotation, cancel);
        await FindAsync(call, cancel);
        var overlap = OverlapOf(asked.OverlapHours);
        var rotated =
            await Control(call).RotateAsync(call["hook"], overlap, asked.Pair == true, cancel) ?? throw NotFound();
        return ApiAnswer.Ok(HookShapes.Made(rotated), HookApiJson.Default.MadeHook);
    }

    static async ValueTask<ApiAnswer> RotateLinksAsync(ApiCall call, CancellationToken cancel)
    {
        var asked = await call.ReadAsync(HookApiJson.Default.LinkRotation, cancel);
        await call.Rooms.Backend.Hooks.Links.RotateAsync(OverlapOf(asked.OverlapHours), cancel);
        return ApiAnswer.Done();
    }

    static TimeSpan OverlapOf(int? hours) =>
        hours is < 0 or > MaxOverlap
            ? throw new ApiException(ApiProblem.Invalid("#/overlapHours", $"From 0 to {MaxOverlap} hours."))
            : TimeSpan.FromHours(hours ?? 24);

    static async ValueTask<ApiAnswer> TestAsync(ApiCall call, CancellationToken cancel)
    {
        await FindAsync(call, cancel);
        var id = await Control(call).TestAsync(call["hook"], cancel) ?? throw NotFound();
        return ApiAnswer.Json(202, new TestedHook(id), HookApiJson.Default.TestedHook);
    }

    /// <summary>A hook that the caller sees.</summary>
    /// <exception cref="ApiException">404: there is none, or it is another's.</exception>
    public static async ValueTask<HookInfo> FindAsync(ApiCall call, CancellationToken cancel, string? id = null) =>
        await Control(call).FindAsync(id ?? call["hook"], cancel) is { } info && IsSeen(call.Caller, info.Hook)
            ? info
            : throw NotFound();

    static ApiException NotFound() => new(ApiProblem.NotFound("webhook"));

    /// <summary>One that hears of more than a caller sees is not the caller's.</summary>
    public static bool IsSeen(Caller caller, Hook hook) =>
        (caller.Tenant is null || caller.Tenant == hook.Tenant)
        && (caller.Domain is null || caller.Domain == DomainOf(hook))
        && (caller.Mailbox is null || caller.Mailbox == hook.Mailbox);

    static string? DomainOf(Hook hook) => hook.Domain ?? hook.Mailbox?[(hook.Mailbox.LastIndexOf('@') + 1)..];

    static string? TenantOf(ApiCall call, NewHook asked)
    {
        var tenant = asked.Tenant ?? call.Caller.Tenant;
        if (tenant is not null && !Tenants.IsName(tenant))
            throw new ApiException(ApiProblem.Invalid("#/tenant", Tenants.Rule));
        if (call.Caller.Tenant is not null && tenant != call.Caller.Tenant)
            throw new ApiException(ApiProblem.Invalid("#/tenant", "This key is another tenant's."));
        return tenant;
    }

    static async ValueTask<string?> DomainAsync(ApiCall call, string? asked, CancellationToken cancel)
    {
        if ((asked ?? call.Caller.Domain) is not { } domain)
            return null;
        var canonical = EmailAddress.CanonicalDomain(domain);
        var owner = await call.TenantOfAsync(canonical, cancel);
        var isSeen =
            owner is not null
            && call.Caller.Sees(owner)
            && (call.Caller.Domain is null || call.Caller.Domain == canonical);
        return isSeen
            ? canonical
            : throw new ApiException(ApiProblem.Invalid("#/domain", $"The domain {domain} is not one of yours."));
    }

    static async ValueTask<(string? Address, string? Account)> MailboxAsync(
        ApiCall call,
        string? asked,
        CancellationToken cancel
    )
    {
        if (asked is null)
            return (null, null);
        try
        {
            var key = await call.AddressAsync(asked, "user", cancel);
            if (await call.Rooms.Backend.Directory.FindUserAsync(key, cancel) is { Removing: false } user)
                return (key, user.Account.Value);
        }
        catch (ApiException e) when (e.Problem.Status == 404)
        {
            // Of the body it is a fault of the field, whatever it is that is not there.
            throw NoUser(asked);
        }
        throw NoUser(asked);
    }

    static ApiException NoUser(string address) => new(ApiProblem.Invalid("#/mailbox", $"There is no user {address}."));

    static string TagOf(Hook hook) =>
        EntityTag.Of(string.Create(CultureInfo.InvariantCulture, $"{hook.Id} {hook.Revision} {hook.Disabled}"));
}
