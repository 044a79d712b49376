using Cloud.Store.Directory;
using Cloud.Store.Ports;

namespace Cloud.Api.Rest.Aliases;

/// <summary><c>/aliases</c>: addresses that lead to others.</summary>
static class AliasResource
{
    public static readonly IReadOnlyList<Route> Routes =
    [
        Route.Get("/aliases", ApiScope.Admin, "List the aliases", ListAsync) with
        {
            Response = AliasJson.Default.PageAliasDetails,
            Query = [QueryParameter.After, QueryParameter.Limit, new("domain", "Only those of this domain")],
        },
        Route.Get("/aliases/{alias}", ApiScope.Admin, "Show an alias", ShowAsync) with
        {
            Response = AliasJson.Default.AliasDetails,
            HasTag = true,
        },
        Route.Put("/aliases/{alias}", ApiScope.Admin, "Make or replace an alias", PutAsync) with
        {
            Request = AliasJson.Default.AliasTargets,
            Response = AliasJson.Default.AliasDetails,
            HasTag = true,
        },
        Route.Delete("/aliases/{alias}", ApiScope.Admin, "Remove an alias", RemoveAsync) with
        {
            HasTag = true,
        },
    ];

    static async ValueTask<ApiAnswer> ListAsync(ApiCall call, CancellationToken cancel)
    {
        var domain = call.Query("domain") is { } asked ? await call.DomainNameAsync(asked, cancel) : null;
        var tenants = new TenantsOfDomains(call);
        var page = await call.OfAsync(
            DirectoryRows.Aliases(domain),
            range => call.Rooms.Backend.Directory.ListAsync(range, cancel),
            async row => await tenants.SeesAsync(DirectoryRows.AliasOf(row.Data), cancel) ? Details(row) : null,
            cancel
        );
        return ApiAnswer.Ok(page, AliasJson.Default.PageAliasDetails);
    }

    static async ValueTask<ApiAnswer> ShowAsync(ApiCall call, CancellationToken cancel)
    {
        var (_, row) = await FindAsync(call, cancel);
        if (row is null)
            throw new ApiException(ApiProblem.NotFound("alias"));
        var tag = EntityTag.Of(row.ETag);
        return call.Has(tag) ? ApiAnswer.NotModified(tag) : Shown(row);
    }

    static ApiAnswer Shown(Row row) =>
        ApiAnswer.Ok(Details(row), AliasJson.Default.AliasDetails).With("ETag", EntityTag.Of(row.ETag));

    static async ValueTask<ApiAnswer> PutAsync(ApiCall call, CancellationToken cancel)
    {
        var (key, row) = await FindAsync(call, cancel);
        var asked = await call.ReadAsync(AliasJson.Default.AliasTargets, cancel);
        await call.MatchAsync(row, row is null ? null : EntityTag.Of(row.ETag));
        // RFC 9110 §13.1.2: who asks for a new one replaces none that somebody else makes meanwhile.
        var isNew = call.Request.Header("If-None-Match") is not null;
        await call.Rooms.Administration.AddAliasAsync(key, asked.Targets, isNew, cancel);
        var (_, made) = await FindAsync(call, cancel);
        return Shown(made ?? throw new ApiException(ApiProblem.NotFound("alias"))); // somebody was quick
    }

    static async ValueTask<ApiAnswer> RemoveAsync(ApiCall call, CancellationToken cancel)
    {
        var (key, row) = await FindAsync(call, cancel);
        await call.MatchAsync(row, row is null ? null : EntityTag.Of(row.ETag));
        await call.Rooms.Administration.RemoveAliasAsync(key, cancel);
        return ApiAnswer.Done();
    }

    static async ValueTask<(string Key, Row? Row)> FindAsync(ApiCall call, CancellationToken cancel)
    {
        var key = await call.AddressAsync(call["alias"], "alias", cancel);
        return (key, await call.Rooms.Backend.Directory.ReadAsync(DirectoryRows.Alias(key), cancel));
    }

    static AliasDetails Details(Row row) => new(DirectoryRows.AliasOf(row.Data), DirectoryRows.Targets(row.Data));
}
