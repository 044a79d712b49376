using Cloud.Api.Admin;
using Cloud.Api.Rest.Users;

namespace Cloud.Api.Rest.UserLife;

/// <summary><c>/users/{user}/…</c>: passwords of programs, suspension, quota, deletion and the way back.</summary>
static class UserLifeResource
{
    const string Passwords = "/users/{user}/app-passwords";
    const string Suspension = "/users/{user}/suspension";
    const string DeletionOf = "/users/{user}/deletion";

    public static readonly IReadOnlyList<Route> Routes =
    [
        Route.Get(Passwords, ApiScope.Admin, "List the passwords of a user's programs", ListAsync) with
        {
            Response = UserLifeJson.Default.PageAppPasswordInfo,
        },
        Route.Post(Passwords, ApiScope.Admin, "Make a password for a program; it is told this once", AddAsync) with
        {
            Request = UserLifeJson.Default.AskedAppPassword,
            Response = UserLifeJson.Default.NewAppPassword,
            Status = 201,
        },
        Route.Delete(Passwords + "/{id}", ApiScope.Admin, "Revoke a program's password", RevokeAsync),
        Route.Put(Suspension, ApiScope.Admin, "Suspend a user: no login and no sending", SuspendAsync) with
        {
            Status = 204,
            HasTag = true,
        },
        Route.Delete(Suspension, ApiScope.Admin, "Let a suspended user in again", ResumeAsync) with
        {
            HasTag = true,
        },
        Route.Put("/users/{user}/quota", ApiScope.Admin, "Set how much mail a user may have", QuotaAsync) with
        {
            Request = UserLifeJson.Default.AskedQuota,
            Status = 204,
            HasTag = true,
        },
        Route.Put(DeletionOf, ApiScope.Admin, "Delete a user, to be undone for a while", DeleteAsync) with
        {
            Request = UserLifeJson.Default.AskedDeletion,
            Response = UserLifeJson.Default.Deletion,
            HasTag = true,
        },
        Route.Delete(DeletionOf, ApiScope.Admin, "Undo a user's deletion", RestoreAsync) with
        {
            HasTag = true,
        },
    ];

    static async ValueTask<ApiAnswer> ListAsync(ApiCall call, CancellationToken cancel)
    {
        var passwords = await Administration(call).ListAppPasswordsAsync(await AddressAsync(call, cancel), cancel);
        return ApiAnswer.Ok(new Page<AppPasswordInfo>(passwords, null), UserLifeJson.Default.PageAppPasswordInfo);
    }

    static async ValueTask<ApiAnswer> AddAsync(ApiCall call, CancellationToken cancel)
    {
        var address = await AddressAsync(call, cancel);
        var asked = await call.ReadAsync(UserLifeJson.Default.AskedAppPassword, cancel);
        var made = await Administration(call).AddAppPasswordAsync(address, asked.Name, cancel);
        var location = $"/users/{Uri.EscapeDataString(address)}/app-passwords/{made.Id}";
        return ApiAnswer.Created(made, UserLifeJson.Default.NewAppPassword, location);
    }

    static ValueTask<ApiAnswer> RevokeAsync(ApiCall call, CancellationToken cancel) =>
        DoAsync(call, (users, address) => users.RevokeAppPasswordAsync(address, call["id"], cancel), cancel);

    static ValueTask<ApiAnswer> SuspendAsync(ApiCall call, CancellationToken cancel) =>
        DoAsync(call, (users, address) => users.SuspendAsync(address, cancel), cancel);

    static ValueTask<ApiAnswer> ResumeAsync(ApiCall call, CancellationToken cancel) =>
        DoAsync(call, (users, address) => users.ResumeAsync(address, cancel), cancel);

    static async ValueTask<ApiAnswer> QuotaAsync(ApiCall call, CancellationToken cancel)
    {
        var address = await AddressAsync(call, cancel);
        var asked = await call.ReadAsync(UserLifeJson.Default.AskedQuota, cancel);
        await UserTag.MatchAsync(call, address, cancel);
        await Administration(call).SetQuotaAsync(address, asked.Octets, cancel);
        return await UserTag.OnAsync(call, ApiAnswer.Done(), address, cancel);
    }

    static async ValueTask<ApiAnswer> DeleteAsync(ApiCall call, CancellationToken cancel)
    {
        var address = await AddressAsync(call, cancel);
        var asked = await call.ReadAsync(UserLifeJson.Default.AskedDeletion, cancel);
        if (asked.Days is < 0 || asked.Days > UserLimits.MaxGrace.Days)
            throw new ApiException(
                ApiProblem.Invalid("#/days", $"A deleted user is kept for 0 to {UserLimits.MaxGrace.Days} days.")
            );
        var grace = asked.Days is { } days ? TimeSpan.FromDays(days) : UserLimits.Grace;
        await UserTag.MatchAsync(call, address, cancel);
        var until = await Administration(call).RemoveAsync(address, grace, cancel);
        var answer = ApiAnswer.Ok(new Deletion(until), UserLifeJson.Default.Deletion);
        return await UserTag.OnAsync(call, answer, address, cancel);
    }

    static ValueTask<ApiAnswer> RestoreAsync(ApiCall call, CancellationToken cancel) =>
        DoAsync(call, (users, address) => users.RestoreAsync(address, cancel), cancel);

    static async ValueTask<ApiAnswer> DoAsync(
        ApiCall call,
        Func<IUserAdministration, string, ValueTask> act,
        CancellationToken cancel
    )
    {
        var address = await AddressAsync(call, cancel);
        await UserTag.MatchAsync(call, address, cancel);
        await act(Administration(call), address);
        return await UserTag.OnAsync(call, ApiAnswer.Done(), address, cancel);
    }

    static IUserAdministration Administration(ApiCall call) => call.Rooms.Administration.Users;

    static ValueTask<string> AddressAsync(ApiCall call, CancellationToken cancel) =>
        call.AddressAsync(call["user"], "user", cancel);
}
