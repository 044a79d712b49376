using Cloud.Flow.Integrity;

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
        Route.Get("/stats", ApiScope.Admin, "Count domains, users and messages", StatsAsync) with
        {
            Response = CheckJson.Default.StoreTotals,
            ForOperator = true,
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
            result = result with { Findings = await rooms.Repair.RunAsync(user.Account, result.Findings, cancel) };
        return ApiAnswer.Ok(result, CheckJson.Default.AccountCheckResult);
    }

    static async ValueTask<ApiAnswer> StatsAsync(ApiCall call, CancellationToken cancel) =>
        ApiAnswer.Ok(await call.Rooms.Backend.Statistics.ReadAsync(cancel), CheckJson.Default.StoreTotals);
}
