using Cloud.Flow.Hooks.Routes;
using Cloud.Mail;
using Cloud.Store.Directory;
using Cloud.Store.Ports;

namespace Cloud.Api.Rest.InboundRoutes;

/// <summary><c>/routes</c>: addresses without a mailbox, whose mail webhooks alone tell of.</summary>
static class RouteResource
{
    public static readonly IReadOnlyList<Route> Routes =
    [
        Route.Get("/routes", ApiScope.Admin, "List the addresses that webhooks alone tell of", ListAsync) with
        {
            Response = RouteJson.Default.PageRouteShape,
            Query = [QueryParameter.After, QueryParameter.Limit],
        },
        Route.Post("/routes", ApiScope.Admin, "Take mail for an address or a pattern, without a mailbox", AddAsync) with
        {
            Request = RouteJson.Default.NewRoute,
            Response = RouteJson.Default.RouteShape,
            Status = 201,
        },
        Route.Get("/routes/{address}", ApiScope.Admin, "Show a route", ShowAsync) with
        {
            Response = RouteJson.Default.RouteShape,
            HasTag = true,
        },
        Route.Delete("/routes/{address}", ApiScope.Admin, "Remove a route with what is kept of it", RemoveAsync) with
        {
            HasTag = true,
        },
    ];

    static RouteControl Control(ApiCall call) => call.Rooms.Backend.Hooks.Routes;

    static async ValueTask<ApiAnswer> ListAsync(ApiCall call, CancellationToken cancel)
    {
        var page = await call.OfAsync(
            DirectoryRows.Users(null),
            range => call.Rooms.Backend.Directory.ListAsync(range, cancel),
            async row =>
            {
                var user = DirectoryRows.ToUser(row.Data);
                if (!user.IsRoute || await TenantAsync(call, user.Address, cancel) is not { } tenant)
                    return null;
                return
                    call.Caller.SeesAddress(user.Address, tenant)
                    && await Control(call).FindAsync(user.Address, cancel) is { } route
                    ? Of(route)
                    : null;
            },
            cancel
        );
        return ApiAnswer.Ok(page, RouteJson.Default.PageRouteShape);
    }

    static async ValueTask<ApiAnswer> AddAsync(ApiCall call, CancellationToken cancel)
    {
        var asked = await call.ReadAsync(RouteJson.Default.NewRoute, cancel);
        if (EmailAddress.TryParse(asked.Address)?.Key is not { } key)
            throw new ApiException(ApiProblem.Invalid("#/address", $"{asked.Address} is no address."));
        if (asked.Days is < 0 or > RouteControl.MaxDays)
            throw new ApiException(ApiProblem.Invalid("#/days", $"From 0 to {RouteControl.MaxDays} days."));
        if (await TenantAsync(call, key, cancel) is not { } tenant || !call.Caller.SeesAddress(key, tenant))
            throw new ApiException(ApiProblem.Invalid("#/address", "Its domain is not one of yours."));
        var (route, fault) = await Control(call).AddAsync(key, asked.Days ?? 0, cancel);
        return route is null
            ? throw new ApiException(ApiProblem.Conflict("in-the-way", $"{fault}."))
            : ApiAnswer.Created(
                Of(route),
                RouteJson.Default.RouteShape,
                $"/routes/{Uri.EscapeDataString(route.Address)}"
            );
    }

    static async ValueTask<ApiAnswer> ShowAsync(ApiCall call, CancellationToken cancel)
    {
        var (row, route) = await FindAsync(call, cancel);
        var tag = EntityTag.Of(row.ETag);
        return call.Has(tag)
            ? ApiAnswer.NotModified(tag)
            : ApiAnswer.Ok(Of(route), RouteJson.Default.RouteShape).With("ETag", tag);
    }

    static async ValueTask<ApiAnswer> RemoveAsync(ApiCall call, CancellationToken cancel)
    {
        var (row, route) = await FindAsync(call, cancel);
        await call.MatchAsync(row, EntityTag.Of(row.ETag));
        await Control(call).RemoveAsync(route.Address, cancel);
        return ApiAnswer.Done();
    }

    static async ValueTask<(Row Row, RouteInfo Route)> FindAsync(ApiCall call, CancellationToken cancel)
    {
        var key = await call.AddressAsync(call["address"], "route", cancel);
        return
            await call.Rooms.Backend.Directory.ReadAsync(DirectoryRows.User(key), cancel) is { } row
            && await Control(call).FindAsync(key, cancel) is { } route
            ? (row, route)
            : throw new ApiException(ApiProblem.NotFound("route"));
    }

    static ValueTask<string?> TenantAsync(ApiCall call, string key, CancellationToken cancel) =>
        call.TenantOfAsync(key[(key.LastIndexOf('@') + 1)..], cancel);

    static RouteShape Of(RouteInfo route) => new(route.Address, route.Account, route.Days);
}
