using Cloud.Mail;
using Cloud.Store.Directory;
using Cloud.Store.Ports;

namespace Cloud.Api.Rest.Domains;

/// <summary><c>/domains</c>: the domains mail is received for.</summary>
static class DomainResource
{
    public static readonly IReadOnlyList<Route> Routes =
    [
        Route.Get("/domains", ApiScope.Admin, "List the domains", ListAsync) with
        {
            Response = DomainJson.Default.PageDomainInfo,
            Query = [QueryParameter.After, QueryParameter.Limit],
        },
        Route.Post(
            "/domains",
            ApiScope.Admin,
            "Receive mail for a domain, a tenant's or the operator's own",
            AddAsync
        ) with
        {
            Request = DomainJson.Default.NewDomain,
            Response = DomainJson.Default.DomainInfo,
            Status = 201,
            // Mail for a domain that is here is filed here, whoever sends it: a tenant could take in another's.
            ForOperator = true,
        },
        Route.Get("/domains/{domain}", ApiScope.Admin, "Show a domain", ShowAsync) with
        {
            Response = DomainJson.Default.DomainInfo,
            HasTag = true,
        },
        Route.Delete(
            "/domains/{domain}",
            ApiScope.Admin,
            "Stop receiving; refused while it has users",
            RemoveAsync
        ) with
        {
            HasTag = true,
        },
    ];

    static async ValueTask<ApiAnswer> ListAsync(ApiCall call, CancellationToken cancel)
    {
        var page = await call.OfAsync(
            DirectoryRows.Domains,
            range => call.Rooms.Backend.Directory.ListAsync(range, cancel),
            row =>
            {
                var domain = Info(row);
                return new ValueTask<DomainInfo?>(
                    call.Caller.SeesDomain(domain.Name, domain.Tenant ?? "") ? domain : null
                );
            },
            cancel
        );
        return ApiAnswer.Ok(page, DomainJson.Default.PageDomainInfo);
    }

    static async ValueTask<ApiAnswer> AddAsync(ApiCall call, CancellationToken cancel)
    {
        var asked = await call.ReadAsync(DomainJson.Default.NewDomain, cancel);
        if (!EmailAddress.IsDomain(asked.Name) || asked.Name[0] == '[')
            throw new ApiException(ApiProblem.Invalid("#/name", $"{asked.Name} is no domain."));
        var tenant = asked.Tenant ?? "";
        if (!Tenants.IsName(tenant))
            throw new ApiException(ApiProblem.Invalid("#/tenant", Tenants.Rule));
        await call.Rooms.Administration.AddDomainAsync(asked.Name, tenant, cancel);
        var made = new DomainInfo(EmailAddress.CanonicalDomain(asked.Name), tenant.Length == 0 ? null : tenant);
        return ApiAnswer.Created(made, DomainJson.Default.DomainInfo, $"/domains/{Uri.EscapeDataString(made.Name)}");
    }

    static async ValueTask<ApiAnswer> ShowAsync(ApiCall call, CancellationToken cancel)
    {
        var row = await call.DomainAsync(call["domain"], cancel);
        var tag = EntityTag.Of(row.ETag);
        return call.Has(tag)
            ? ApiAnswer.NotModified(tag)
            : ApiAnswer.Ok(Info(row), DomainJson.Default.DomainInfo).With("ETag", tag);
    }

    static async ValueTask<ApiAnswer> RemoveAsync(ApiCall call, CancellationToken cancel)
    {
        var row = await call.DomainAsync(call["domain"], cancel);
        await call.MatchAsync(row, EntityTag.Of(row.ETag));
        await call.Rooms.Administration.RemoveDomainAsync(Info(row).Name, cancel);
        return ApiAnswer.Done();
    }

    static DomainInfo Info(Row row) =>
        new(
            row.Key.Row[DirectoryRows.Domain("").Length..],
            DirectoryRows.TenantOf(row.Data) is { Length: > 0 } tenant ? tenant : null
        );
}
