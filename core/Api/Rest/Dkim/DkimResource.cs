using Cloud.Api.Rest.Records;
using Cloud.Api.WellKnown;
using Cloud.Flow.Keys;
using Cloud.Store.Directory;

namespace Cloud.Api.Rest.Dkim;

/// <summary><c>/domains/{domain}/dkim</c>: the keys that a domain signs with, and how they are changed for new ones.</summary>
/// <remarks>
/// 1. The next pair is made, and published beside the old one; 2. it is activated, once its records are seen: then the old
/// one is retired, and its private keys are gone. Its records stay for a week: mail on its way is checked by them.
/// </remarks>
static class DkimResource
{
    const string Template = "/domains/{domain}/dkim";

    public static readonly IReadOnlyList<Route> Routes =
    [
        Route.Get(Template, ApiScope.Admin, "List the keys that a domain signs with, oldest first", ListAsync) with
        {
            Response = DkimJson.Default.PageDkimPair,
        },
        Route.Post(Template, ApiScope.Admin, "Make the next keys, or tell the ones that were made", PrepareAsync) with
        {
            Response = DkimJson.Default.DkimPair,
        },
        Route.Post(
            Template + "/{pair}/activate",
            ApiScope.Admin,
            "Sign with the next keys, and retire the old ones",
            ActivateAsync
        ) with
        {
            Response = DkimJson.Default.PageDkimPair,
            Query = [new("unchecked", "True: though nobody looked whether they are published", "boolean")],
        },
    ];

    static async ValueTask<ApiAnswer> ListAsync(ApiCall call, CancellationToken cancel) =>
        await ListAsync(call, await call.DomainNameAsync(call["domain"], cancel), cancel);

    static async ValueTask<ApiAnswer> ListAsync(ApiCall call, string domain, CancellationToken cancel)
    {
        var pairs = await call.Rooms.Administration.ListKeysAsync(domain, cancel);
        return ApiAnswer.Ok(new([.. pairs.Select(pair => Of(domain, pair))]), DkimJson.Default.PageDkimPair);
    }

    static async ValueTask<ApiAnswer> PrepareAsync(ApiCall call, CancellationToken cancel)
    {
        var domain = await call.DomainNameAsync(call["domain"], cancel);
        if (!call.Rooms.Backend.Keys.CanSign)
            throw new ApiException(
                ApiProblem.Conflict("no-signing", "The key-encryption key is not known here: no keys can be made.")
            );
        var next = await call.Rooms.Administration.PrepareKeysAsync(domain, cancel);
        return ApiAnswer.Ok(Of(domain, next), DkimJson.Default.DkimPair);
    }

    static async ValueTask<ApiAnswer> ActivateAsync(ApiCall call, CancellationToken cancel)
    {
        var isUnchecked = call.Switch("unchecked") == true;
        var domain = await call.DomainNameAsync(call["domain"], cancel);
        var pairs = await call.Rooms.Administration.ListKeysAsync(domain, cancel);
        var next =
            pairs.FirstOrDefault(pair => pair.State == DomainKeyState.Upcoming && pair.Name == call["pair"])
            ?? throw new ApiException(ApiProblem.NotFound("upcoming pair of keys"));
        if (!isUnchecked)
            await DemandPublishedAsync(call, domain, next, cancel);
        await call.Rooms.Administration.ActivateKeysAsync(domain, next.Name, cancel);
        return await ListAsync(call, domain, cancel);
    }

    static async ValueTask DemandPublishedAsync(
        ApiCall call,
        string domain,
        DomainKeyPair next,
        CancellationToken cancel
    )
    {
        var findings = await RecordResource.LookUpAsync(call, [.. DnsRecords.Keys(domain, [next])], cancel);
        var missing = findings.Where(finding => finding.State != RecordState.There).ToList();
        if (missing.Count == 0)
            return;
        var names = string.Join(", ", missing.Select(finding => $"{finding.Record.Name} ({finding.State})"));
        throw new ApiException(ApiProblem.Conflict("not-published", $"DNS does not tell it: {names}."));
    }

    static DkimPair Of(string domain, DomainKeyPair pair) =>
        new(pair.Name, pair.State, pair.Since, pair.Until, [.. DnsRecords.Keys(domain, [pair])]);
}
