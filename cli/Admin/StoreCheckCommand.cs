using System.CommandLine;
using System.Text.Json.Serialization;
using Cloud.Api.Admin;
using Cloud.Api.Rest.Checks;
using Cloud.Api.Rest.InboundRoutes;
using Cloud.Cli.Archive;
using Cloud.Cli.Control;
using Cloud.Flow.Integrity;

namespace Cloud.Cli.Admin;

/// <summary>`cloud check store [ADDRESS...]`: whether rows and octets agree; `--repair` makes the rows agree again.</summary>
static class StoreCheckCommand
{
    public static Command Create()
    {
        var addresses = new Argument<string[]>("address")
        {
            Description = "Users to check (all)",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var hashes = new Option<bool>("--hashes")
        {
            Description = "Read all octets, and compare them with their hashes",
        };
        var repair = new Option<bool>("--repair") { Description = "Make the rows agree again; no octets are touched" };
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var command = new Command(
            "store",
            "Compare counts, places and octets of all mail; exit code 1 where they differ."
        )
        {
            addresses,
            hashes,
            repair,
            json,
        };
        var store = new SharedOptions(command);
        command.SetAction(
            async (parsed, cancel) =>
            {
                var result = new StoreCheckResult(0, 0, 0, 0, null, [], true);
                IReadOnlyList<string> users = parsed.GetValue(addresses) ?? [];
                var (code, isAll) = (ExitCode.Ok, users.Count == 0);
                if (isAll)
                    code = await store.RunAsync(
                        parsed,
                        async admin => users = [.. (await admin.ListUsersAsync(cancel)).Select(user => user.Address)],
                        cancel
                    );
                if (code != ExitCode.Ok)
                    return code;
                code = await store.AskAsync(
                    parsed,
                    async api =>
                        result = await RunAsync(
                            api,
                            users,
                            isAll ? await RoutesAsync(api, cancel) : [],
                            isAll ? await OrphansAsync(api, cancel) : null,
                            parsed.GetValue(hashes),
                            parsed.GetValue(repair),
                            cancel
                        ),
                    cancel
                );
                return code == ExitCode.Ok ? Tell(result, parsed.GetValue(json)) : code;
            }
        );
        return command;
    }

    /// <returns>The exit code.</returns>
    static int Tell(StoreCheckResult result, bool asJson)
    {
        if (asJson)
            QueueJson.Print(result, StoreCheckJson.Default.StoreCheckResult);
        else
            Print(result);
        return result.IsWhole && result.Findings.All(one => one.Finding.IsRepaired) ? ExitCode.Ok : ExitCode.Failed;
    }

    /// <summary>Nobody's accounts, with mail that webhooks tell of.</summary>
    static async Task<IReadOnlyList<string>> RoutesAsync(IApiCaller api, CancellationToken cancel)
    {
        var routes = new List<string>();
        await foreach (var route in api.ListAsync("/routes", RouteJson.Default.PageRouteShape, cancel))
            routes.Add(route.Address);
        return routes;
    }

    static async Task<long> OrphansAsync(IApiCaller api, CancellationToken cancel) =>
        (await api.GetAsync("/stats", CheckJson.Default.StoreTotals, cancel)).Orphans;

    static async Task<StoreCheckResult> RunAsync(
        IApiCaller api,
        IReadOnlyList<string> users,
        IReadOnlyList<string> routes,
        long? orphans,
        bool hashes,
        bool repair,
        CancellationToken cancel
    )
    {
        return await Progress.RunAsync(async bar =>
        {
            var (messages, octets, findings, isWhole) = (0L, 0L, new List<UserFinding>(), true);
            bar.Begin("users", users.Count + routes.Count);
            foreach (var user in users.Concat(routes))
            {
                var query = $"hashes={(hashes ? "true" : "false")}&repair={(repair ? "true" : "false")}";
                var ask = new ApiAsk(
                    "POST",
                    $"{Cloud.Api.Rest.RestApi.Prefix}/users/{ApiCalls.Segment(user)}/check?{query}",
                    null
                );
                await using var reply = await api.SendAsync(ask, cancel);
                if (reply.Status >= 400)
                    throw new AdminException($"{user}: {await ApiCalls.ProblemAsync(reply, cancel)}");
                var one = (
                    await System.Text.Json.JsonSerializer.DeserializeAsync(
                        reply.Body,
                        CheckJson.Default.AccountCheckResult,
                        cancel
                    )
                )!;
                (messages, octets, isWhole) = (messages + one.Messages, octets + one.Octets, isWhole && !one.IsCut);
                findings.AddRange(one.Findings.Select(finding => new UserFinding(user, one.IsSteady, finding)));
                bar.Step();
            }
            return new StoreCheckResult(users.Count, routes.Count, messages, octets, orphans, findings, isWhole);
        });
    }

    static void Print(StoreCheckResult result)
    {
        foreach (var (user, isSteady, finding) in result.Findings)
        {
            var where = string.Join(' ', new[] { finding.Mailbox, finding.Message }.OfType<string>());
            var end =
                finding.IsRepaired ? " (repaired)"
                : isSteady ? ""
                : " (the account was changing: look again)";
            Console.WriteLine(TextTable.Plain($"{user} {where}: {finding.Text}{end}"));
        }
        Console.WriteLine(
            $"{result.Users} users, {(result.Routes > 0 ? $"{result.Routes} routes, " : "")}{result.Messages} messages, "
                + $"{result.Octets} octets, {result.Findings.Count} findings{(result.IsWhole ? "" : " and more")}"
        );
        if (result.Orphans > 0)
            Console.WriteLine($"{result.Orphans} blobs that nothing names: the sweep removes them within the hour");
    }
}

/// <param name="IsSteady">Nothing changed the account while it was looked at.</param>
sealed record UserFinding(string User, bool IsSteady, AccountFinding Finding);

/// <param name="Orphans">Blobs that nothing named when the sweep looked; null where only some users were asked for.</param>
/// <param name="IsWhole">All that was found is told.</param>
sealed record StoreCheckResult(
    int Users,
    int Routes,
    long Messages,
    long Octets,
    long? Orphans,
    IReadOnlyList<UserFinding> Findings,
    bool IsWhole
);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StoreCheckResult))]
sealed partial class StoreCheckJson : JsonSerializerContext;
