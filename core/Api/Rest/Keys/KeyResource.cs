using System.Net;
using Cloud.Mail;
using Cloud.Store.Directory;
using Cloud.Store.Ports;

namespace Cloud.Api.Rest.Keys;

/// <summary><c>/keys</c>: keys to this API. Nobody makes one that may do more than his own.</summary>
static class KeyResource
{
    /// <summary>Characters of a key's name: a line.</summary>
    const int MaxName = 100;

    /// <summary>Networks of one key: an office, a few servers.</summary>
    const int MaxNetworks = 20;

    public static readonly IReadOnlyList<Route> Routes =
    [
        Route.Get("/keys", ApiScope.Admin, "List the keys, without their secrets", ListAsync) with
        {
            Response = KeyJson.Default.PageKeyInfo,
            Query = [QueryParameter.After, QueryParameter.Limit],
        },
        Route.Post("/keys", ApiScope.Admin, "Make a key; its secret is shown this once", AddAsync) with
        {
            Request = KeyJson.Default.NewKey,
            Response = KeyJson.Default.MadeKey,
            Status = 201,
        },
        Route.Get("/keys/{key}", ApiScope.Admin, "Show a key", ShowAsync) with
        {
            Response = KeyJson.Default.KeyInfo,
            HasTag = true,
        },
        Route.Patch("/keys/{key}", ApiScope.Admin, "Change a key's name, end or networks", ChangeAsync) with
        {
            Request = KeyJson.Default.KeyChange,
            Response = KeyJson.Default.KeyInfo,
            HasTag = true,
        },
        Route.Delete("/keys/{key}", ApiScope.Admin, "Revoke a key", RemoveAsync) with
        {
            HasTag = true,
        },
    ];

    static async ValueTask<ApiAnswer> ListAsync(ApiCall call, CancellationToken cancel)
    {
        var page = await call.OfAsync(
            DirectoryRows.ApiKeys,
            range => call.Rooms.Backend.Directory.ListAsync(range, cancel),
            async row => IsSeen(call.Caller, KeyOf(row)) ? await InfoAsync(call, KeyOf(row), cancel) : null,
            cancel
        );
        return ApiAnswer.Ok(page, KeyJson.Default.PageKeyInfo);
    }

    static async ValueTask<ApiAnswer> AddAsync(ApiCall call, CancellationToken cancel)
    {
        var asked = await call.ReadAsync(KeyJson.Default.NewKey, cancel);
        var (tenant, domain, mailbox) = await LimitsAsync(call, asked, cancel);
        var (id, key, hash) = ApiKeys.Make(call.Rooms.Backend.Accounts.Entropy);
        var row = new ApiKeyRow(
            id,
            hash,
            NameOf(asked.Name),
            (int)ScopesOf(asked.Scopes),
            tenant,
            domain,
            mailbox,
            call.Rooms.Time.GetUtcNow(),
            asked.ExpiresAt is { } end ? EndOf(call, end) : call.Caller.Expires,
            asked.Networks is { } networks ? NetworksOf(call.Caller, networks) : call.Caller.Networks
        );
        var transaction = new RowTransaction(DirectoryRows.Partition).Insert(DirectoryRows.ApiKey(id), row.ToRow());
        if (!(await call.Rooms.Backend.Directory.CommitAsync(transaction)).Committed)
            throw new ApiException(ApiProblem.Unavailable);
        return ApiAnswer.Created(
            new(id, key, await InfoAsync(call, row, cancel)),
            KeyJson.Default.MadeKey,
            $"/keys/{id}"
        );
    }

    static async ValueTask<ApiAnswer> ShowAsync(ApiCall call, CancellationToken cancel)
    {
        var (row, key) = await FindAsync(call, cancel);
        var tag = EntityTag.Of(row.ETag);
        return call.Has(tag)
            ? ApiAnswer.NotModified(tag)
            : ApiAnswer.Ok(await InfoAsync(call, key, cancel), KeyJson.Default.KeyInfo).With("ETag", tag);
    }

    static async ValueTask<ApiAnswer> ChangeAsync(ApiCall call, CancellationToken cancel)
    {
        var (row, key) = await FindAsync(call, cancel);
        var asked = await call.ReadAsync(KeyJson.Default.KeyChange, cancel);
        call.Match(EntityTag.Of(row.ETag));
        var changed = key with
        {
            Name = asked.Name is null ? key.Name : NameOf(asked.Name),
            Expires = asked.ExpiresAt is { } end ? EndOf(call, end) : key.Expires,
            Networks = asked.Networks is { } networks ? NetworksOf(call.Caller, networks) : key.Networks,
        };
        var transaction = new RowTransaction(DirectoryRows.Partition).Replace(row.Key.Row, changed.ToRow(), row.ETag);
        var done = await call.Rooms.Backend.Directory.CommitAsync(transaction);
        if (!done.Committed)
            throw new ApiException(ApiProblem.Changed);
        return ApiAnswer
            .Ok(await InfoAsync(call, changed, cancel), KeyJson.Default.KeyInfo)
            .With("ETag", EntityTag.Of(done.ETags[0]!));
    }

    static async ValueTask<ApiAnswer> RemoveAsync(ApiCall call, CancellationToken cancel)
    {
        var (row, key) = await FindAsync(call, cancel);
        await call.MatchAsync(row, EntityTag.Of(row.ETag));
        var directory = call.Rooms.Backend.Directory;
        await directory.CommitAsync(await ApiKeyRow.RevokeAsync(directory, key.Id, cancel));
        return ApiAnswer.Done();
    }

    static async ValueTask<(Row Row, ApiKeyRow Key)> FindAsync(ApiCall call, CancellationToken cancel)
    {
        var id = call["key"];
        var row = ApiKeys.IsId(id)
            ? await call.Rooms.Backend.Directory.ReadAsync(DirectoryRows.ApiKey(id), cancel)
            : null;
        return row is not null && IsSeen(call.Caller, KeyOf(row))
            ? (row, KeyOf(row))
            : throw new ApiException(ApiProblem.NotFound("key"));
    }

    /// <summary>Only keys that may do no more than one's own are one's to see.</summary>
    static bool IsSeen(Caller caller, ApiKeyRow key) =>
        (caller.Tenant is null || caller.Tenant == key.Tenant)
        && (caller.Domain is null || caller.Domain == DomainOf(key))
        && (caller.Mailbox is null || caller.Mailbox == key.Mailbox);

    static string? DomainOf(ApiKeyRow key) => key.Domain ?? key.Mailbox?[(key.Mailbox.LastIndexOf('@') + 1)..];

    /// <summary>How far the new key goes: as far as asked, and no further than its maker's.</summary>
    static async ValueTask<(string? Tenant, string? Domain, string? Mailbox)> LimitsAsync(
        ApiCall call,
        NewKey asked,
        CancellationToken cancel
    )
    {
        var caller = call.Caller;
        var tenant = asked.Tenant ?? caller.Tenant;
        if (tenant is not null && !Tenants.IsName(tenant))
            throw new ApiException(ApiProblem.Invalid("#/tenant", Tenants.Rule));
        if (caller.Tenant is not null && tenant != caller.Tenant)
            throw new ApiException(ApiProblem.Invalid("#/tenant", "This key is another tenant's."));
        var mailbox = asked.Mailbox ?? caller.Mailbox;
        var address = mailbox is null ? null : EmailAddress.TryParse(mailbox);
        if (mailbox is not null && address is null)
            throw new ApiException(ApiProblem.Invalid("#/mailbox", $"{mailbox} is no address."));
        var domain = asked.Domain ?? caller.Domain ?? address?.Domain;
        if (domain is null)
            return (tenant, null, null);
        var pointer = asked.Mailbox is null ? "#/domain" : "#/mailbox";
        var canonical = EmailAddress.CanonicalDomain(domain);
        if (address is not null && EmailAddress.CanonicalDomain(address.Domain) != canonical)
            throw new ApiException(ApiProblem.Invalid("#/mailbox", "The mailbox is in another domain."));
        var owner = await call.TenantOfAsync(canonical, cancel);
        var isSeen =
            owner is not null
            && caller.Sees(owner)
            && (caller.Domain is null || caller.Domain == canonical)
            && (caller.Mailbox is null || caller.Mailbox == address?.Key)
            && (asked.Tenant is null || asked.Tenant == owner);
        return isSeen
            ? (owner, canonical, address?.Key)
            : throw new ApiException(ApiProblem.Invalid(pointer, $"The domain {domain} is not one of yours."));
    }

    static string NameOf(string name) =>
        name.Length is > 0 and <= MaxName && !name.Any(char.IsControl)
            ? name
            : throw new ApiException(ApiProblem.Invalid("#/name", $"A name has 1 to {MaxName} characters."));

    static ApiScope ScopesOf(IReadOnlyList<string> names)
    {
        var scopes = ApiScope.None;
        foreach (var (i, name) in names.Index())
            scopes |=
                ApiScopes.Parse(name)
                ?? throw new ApiException(
                    ApiProblem.Invalid($"#/scopes/{i}", $"A scope is one of {string.Join(", ", ApiScopes.Names)}.")
                );
        return scopes != ApiScope.None
            ? scopes
            : throw new ApiException(ApiProblem.Invalid("#/scopes", "A key has one scope at least."));
    }

    static DateTimeOffset EndOf(ApiCall call, DateTimeOffset end)
    {
        if (end <= call.Rooms.Time.GetUtcNow())
            throw new ApiException(ApiProblem.Invalid("#/expiresAt", "The end is in the future."));
        return !(end > call.Caller.Expires)
            ? end.ToUniversalTime()
            : throw new ApiException(ApiProblem.Invalid("#/expiresAt", $"This key ends at {call.Caller.Expires:u}."));
    }

    static List<IPNetwork> NetworksOf(Caller caller, IReadOnlyList<string> texts)
    {
        if (texts.Count > MaxNetworks)
            throw new ApiException(ApiProblem.Invalid("#/networks", $"A key has up to {MaxNetworks} networks."));
        if (texts.Count == 0 && caller.Networks.Count > 0)
            throw new ApiException(ApiProblem.Invalid("#/networks", "This key is for some networks alone."));
        var networks = new List<IPNetwork>();
        foreach (var (i, text) in texts.Index())
        {
            if (IPNetwork.TryParse(text, out var network))
                networks.Add(network);
            else if (IPAddress.TryParse(text, out var address))
                networks.Add(new(address, address.GetAddressBytes().Length * 8));
            else
                throw new ApiException(
                    ApiProblem.Invalid($"#/networks/{i}", $"{text} is no address, nor a network such as 192.0.2.0/24.")
                );
            if (!IsWithin(caller.Networks, networks[^1]))
                throw new ApiException(ApiProblem.Invalid($"#/networks/{i}", "This key is not for that network."));
        }
        return networks;
    }

    static bool IsWithin(IReadOnlyList<IPNetwork> own, IPNetwork asked) =>
        own.Count == 0 || own.Any(one => one.PrefixLength <= asked.PrefixLength && one.Contains(asked.BaseAddress));

    static ApiKeyRow KeyOf(Row row) => ApiKeyRow.Of(row.Key.Row[DirectoryRows.ApiKey("").Length..], row.Data);

    static async ValueTask<KeyInfo> InfoAsync(ApiCall call, ApiKeyRow key, CancellationToken cancel) =>
        new(
            key.Id,
            key.Name,
            ApiScopes.NamesOf((ApiScope)key.Scopes),
            key.Tenant,
            key.Domain,
            key.Mailbox,
            key.Created,
            key.Expires,
            await call.Rooms.Keys.LastUsedAsync(key.Id, cancel),
            [.. key.Networks.Select(network => $"{network}")]
        );
}
