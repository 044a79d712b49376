using Cloud.Api.Gateway;
using Cloud.Flow.Integrity;
using Cloud.Store;
using Cloud.Store.Directory;

namespace Cloud.Api.Rest.Checks;

/// <summary><c>/users/{user}/check</c> and <c>/stats</c>: whether all is there, and how much.</summary>
static class CheckResource
{
    public static readonly IReadOnlyList<Route> Routes =
    [
        Route.Post(
            "/users/{user}/check",
            ApiScope.Admin,
            "Compare a user's rows and octets, and repair rows",
            CheckAsync
        ) with
        {
            Response = CheckJson.Default.AccountCheckResult,
            Query =
            [
                new("hashes", "Read and hash all octets", "boolean"),
                new("repair", "Make the rows agree again", "boolean"),
            ],
        },
        Route.Get("/stats", ApiScope.Read, "Count the domains, users and messages that one sees", StatsAsync) with
        {
            Response = CheckJson.Default.OwnTotals,
        },
    ];

    static async ValueTask<ApiAnswer> CheckAsync(ApiCall call, CancellationToken cancel)
    {
        var key = await call.AddressAsync(call["user"], "user", cancel);
        var rooms = call.Rooms.Backend;
        var user =
            await rooms.Directory.FindUserAsync(key, cancel) ?? throw new ApiException(ApiProblem.NotFound("user"));
        var result =
            await rooms.Check.RunAsync(user.Account, call.Switch("hashes") == true, cancel)
            ?? throw new ApiException(ApiProblem.NotFound("user"));
        if (call.Switch("repair") == true && result is { IsSteady: true, Findings.Count: > 0 })
            result = await RepairAsync(rooms, user.Account, result, cancel);
        return ApiAnswer.Ok(result, CheckJson.Default.AccountCheckResult);
    }

    /// <summary>Repairs, and looks again: what is told is what there is now, also what the first look had no room for.</summary>
    static async ValueTask<AccountCheckResult> RepairAsync(
        Backend rooms,
        AccountId account,
        AccountCheckResult found,
        CancellationToken cancel
    )
    {
        var done = await rooms.Repair.RunAsync(account, found.Findings, cancel);
        var after =
            await rooms.Check.RunAsync(account, hashes: false, cancel)
            ?? throw new ApiException(ApiProblem.NotFound("user"));
        var left = after.Findings.ToLookup(KeyOf);
        var known = found.Findings.Select(KeyOf).ToHashSet();
        return found with
        {
            IsSteady = after.IsSteady,
            // Octets are not read again: of those that differ none may be left untold.
            IsCut = after.IsCut || found.IsCut,
            Findings =
            [
                .. done.Select(one => one with { IsRepaired = one.IsRepaired && !left.Contains(KeyOf(one)) }),
                .. after.Findings.Where(one => !known.Contains(KeyOf(one))),
            ],
        };

        static (FindingKind, string?, string?) KeyOf(AccountFinding one) => (one.Kind, one.Mailbox, one.Message);
    }

    static async ValueTask<ApiAnswer> StatsAsync(ApiCall call, CancellationToken cancel) =>
        ApiAnswer.Ok(
            call.Caller.IsOperator
                ? Of(await call.Rooms.Backend.Statistics.ReadAsync(cancel))
                : await CountAsync(call, cancel),
            CheckJson.Default.OwnTotals
        );

    static OwnTotals Of(StoreTotals all) =>
        new(
            all.Domains,
            all.Users,
            all.Suspended,
            all.Deleted,
            all.Aliases,
            all.Messages,
            all.Octets,
            all.InboundWaiting,
            all.InboundAside,
            all.OutboundWaiting,
            all.Orphans
        );

    static async ValueTask<OwnTotals> CountAsync(ApiCall call, CancellationToken cancel)
    {
        var total = new OwnTotals(0, 0, 0, 0, 0, 0, 0);
        var directory = call.Rooms.Backend.Directory;
        await foreach (var row in directory.ListAsync(DirectoryRows.Domains, cancel))
        {
            var (domain, tenant) = (row.Key.Row[DirectoryRows.Domain("").Length..], DirectoryRows.TenantOf(row.Data));
            if (!call.Caller.SeesSomeOf(domain, tenant))
                continue;
            total = total with { Domains = total.Domains + 1 };
            await foreach (var one in directory.ListAsync(DirectoryRows.Aliases(domain), cancel))
            {
                var isSeen = call.Caller.SeesAddress(DirectoryRows.AliasOf(one.Data), tenant);
                total = total with { Aliases = total.Aliases + (isSeen ? 1 : 0) };
            }
            await foreach (var one in directory.ListAsync(DirectoryRows.Users(domain), cancel))
            {
                var user = DirectoryRows.ToUser(one.Data);
                if (call.Caller.SeesAddress(user.Address, tenant))
                    total = await AddAsync(call, total, user, cancel);
            }
        }
        return total;
    }

    static async ValueTask<OwnTotals> AddAsync(ApiCall call, OwnTotals total, UserRow user, CancellationToken cancel)
    {
        var account = (await call.Rooms.Backend.Accounts.CurrentAsync(user.Account, cancel))?.Account;
        return total with
        {
            Users = total.Users + (user.IsRoute ? 0 : 1),
            Suspended = total.Suspended + (user is { IsRoute: false, Suspended: true } ? 1 : 0),
            Deleted = total.Deleted + (user is { IsRoute: false, Removing: true } ? 1 : 0),
            Messages = total.Messages + (account?.Messages ?? 0),
            Octets = total.Octets + (account?.Octets ?? 0),
        };
    }
}
