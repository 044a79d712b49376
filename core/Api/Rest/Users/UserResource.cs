using System.Buffers.Text;
using Cloud.Api.Admin;
using Cloud.Mail;
using Cloud.Store.Directory;
using Cloud.Store.Ports;

namespace Cloud.Api.Rest.Users;

/// <summary><c>/users</c>: the people who read mail here.</summary>
static class UserResource
{
    /// <summary>Octets of a password that is made up: 120 bits.</summary>
    const int MadeUp = 15;

    public static readonly IReadOnlyList<Route> Routes =
    [
        Route.Get("/users", ApiScope.Admin, "List the users", ListAsync) with
        {
            Response = UserJson.Default.PageUserDetails,
            Query = [QueryParameter.After, QueryParameter.Limit, new("domain", "Only those of this domain")],
        },
        Route.Post("/users", ApiScope.Admin, "Make a user and the mailboxes", AddAsync) with
        {
            Request = UserJson.Default.NewUser,
            Response = UserJson.Default.MadeUser,
            Status = 201,
        },
        Route.Get("/users/{user}", ApiScope.Read, "Show a user", ShowAsync) with
        {
            Response = UserJson.Default.UserDetails,
            HasTag = true,
        },
        Route.Patch("/users/{user}", ApiScope.Admin, "Change a user's password, rights or settings", ChangeAsync) with
        {
            Request = UserJson.Default.UserChange,
            Response = UserJson.Default.UserDetails,
            HasTag = true,
        },
        Route.Delete(
            "/users/{user}",
            ApiScope.Admin,
            "Delete a user, to be undone for 30 days (deletion)",
            RemoveAsync
        ) with
        {
            Query = [new("permanent", "True: with all mail, at once and for good", "boolean")],
            HasTag = true,
        },
        Route.Put("/users/{user}/forward", ApiScope.Admin, "Have a user's mail sent on", ForwardAsync) with
        {
            Request = UserJson.Default.Forward,
            Response = UserJson.Default.UserDetails,
            HasTag = true,
        },
        Route.Delete("/users/{user}/forward", ApiScope.Admin, "Send a user's mail on no more", StopForwardAsync) with
        {
            HasTag = true,
        },
    ];

    static async ValueTask<ApiAnswer> ListAsync(ApiCall call, CancellationToken cancel)
    {
        var domain = call.Query("domain") is { } asked ? await call.DomainNameAsync(asked, cancel) : null;
        var tenants = new TenantsOfDomains(call);
        var page = await call.OfAsync(
            DirectoryRows.Users(domain),
            range => call.Rooms.Backend.Directory.ListAsync(range, cancel),
            async row =>
            {
                var user = DirectoryRows.ToUser(row.Data);
                var isSeen = !user.IsRoute && await tenants.SeesAsync(user.Address, cancel);
                return isSeen ? await DetailsAsync(call, user, cancel) : null;
            },
            cancel
        );
        return ApiAnswer.Ok(page, UserJson.Default.PageUserDetails);
    }

    static async ValueTask<ApiAnswer> AddAsync(ApiCall call, CancellationToken cancel)
    {
        var asked = await call.ReadAsync(UserJson.Default.NewUser, cancel);
        var address = await call.OwnAddressAsync(asked.Address, "#/address", cancel);
        if (asked is { Shared: true, Password: not null })
            throw new ApiException(ApiProblem.Invalid("#/password", "Nobody logs in to a shared mailbox."));
        var madeUp = asked is { Password: null, Shared: false }
            ? Base64Url.EncodeToString(call.Rooms.Backend.Accounts.Entropy.Bytes(MadeUp))
            : null;
        if (asked.Shared)
            await call.Rooms.Administration.AddSharedUserAsync(address, cancel);
        else
            await call.Rooms.Administration.AddUserAsync(address, asked.Password ?? madeUp!, cancel);
        var (_, user) = await FindAsync(call, address, cancel);
        return ApiAnswer.Created(
            new(await DetailsAsync(call, user, cancel), madeUp),
            UserJson.Default.MadeUser,
            $"/users/{Uri.EscapeDataString(address)}"
        );
    }

    static async ValueTask<ApiAnswer> ShowAsync(ApiCall call, CancellationToken cancel)
    {
        var (row, user) = await FindAsync(call, await call.UserAsync(cancel), cancel);
        var tag = await UserTag.OfAsync(call, row, cancel);
        return ApiAnswer.Ok(await DetailsAsync(call, user, cancel), UserJson.Default.UserDetails).With("ETag", tag);
    }

    static async ValueTask<ApiAnswer> ChangeAsync(ApiCall call, CancellationToken cancel)
    {
        var address = await call.UserAsync(cancel);
        var (_, user) = await FindAsync(call, address, cancel);
        var asked = await call.ReadAsync(UserJson.Default.UserChange, cancel);
        var administration = call.Rooms.Administration;
        var sendsAs = new List<string>();
        foreach (var (i, one) in (asked.SendsAs ?? []).Index())
            sendsAs.Add(await call.OwnAddressAsync(one, $"#/sendsAs/{i}", cancel));
        await UserTag.MatchAsync(call, address, cancel);
        if (asked.Password is { } password)
            await administration.SetPasswordAsync(address, password, cancel);
        if (asked.SavesSent is { } savesSent)
            await administration.SetSavesSentAsync(address, savesSent, cancel);
        if (asked.UsesVerp is { } usesVerp)
            await administration.SetVerpAsync(address, usesVerp, cancel);
        if (asked.SendsAs is not null)
        {
            var before = await call.Rooms.Backend.Directory.FindGrantsAsync(user.Account, cancel);
            foreach (var one in before.Except(sendsAs))
                await administration.RevokeAsync(address, one, cancel);
            foreach (var one in sendsAs.Except(before))
                await administration.GrantAsync(address, one, cancel);
        }
        return await ShowAsync(call, cancel);
    }

    static async ValueTask<ApiAnswer> RemoveAsync(ApiCall call, CancellationToken cancel)
    {
        var address = await call.UserAsync(cancel);
        var grace = call.Switch("permanent") == true ? TimeSpan.Zero : UserLimits.Grace;
        await FindAsync(call, address, cancel);
        await UserTag.MatchAsync(call, address, cancel);
        await call.Rooms.Administration.Users.RemoveAsync(address, grace, cancel);
        return await UserTag.OnAsync(call, ApiAnswer.Done(), address, cancel);
    }

    static async ValueTask<ApiAnswer> ForwardAsync(ApiCall call, CancellationToken cancel)
    {
        var (_, user) = await FindAsync(call, await call.UserAsync(cancel), cancel);
        var asked = await call.ReadAsync(UserJson.Default.Forward, cancel);
        await UserTag.MatchAsync(call, user.Address, cancel);
        await call.Rooms.Administration.ForwardAsync(user.Address, asked.Targets, asked.Keeps, cancel);
        return await ShowAsync(call, cancel);
    }

    static async ValueTask<ApiAnswer> StopForwardAsync(ApiCall call, CancellationToken cancel)
    {
        var address = await call.UserAsync(cancel);
        await UserTag.MatchAsync(call, address, cancel);
        await call.Rooms.Administration.StopForwardAsync(address, cancel);
        return await UserTag.OnAsync(call, ApiAnswer.Done(), address, cancel);
    }

    /// <param name="address">One that the caller sees, as a key.</param>
    static async ValueTask<(Row Row, UserRow User)> FindAsync(ApiCall call, string address, CancellationToken cancel) =>
        await call.Rooms.Backend.Directory.ReadAsync(DirectoryRows.User(address), cancel) is { } row
        && DirectoryRows.ToUser(row.Data) is { IsRoute: false } user
            ? (row, user)
            : throw new ApiException(ApiProblem.NotFound("user"));

    static async ValueTask<UserDetails> DetailsAsync(ApiCall call, UserRow user, CancellationToken cancel)
    {
        var account = (await call.Rooms.Backend.Accounts.CurrentAsync(user.Account, cancel))?.Account;
        return new(
            user.Address,
            account?.Messages ?? 0,
            account?.Octets ?? 0,
            account?.SavesSent ?? false,
            account?.UsesVerp ?? false,
            await call.Rooms.Backend.Directory.FindGrantsAsync(user.Account, cancel),
            user.Forward is { } forward ? new(forward.Targets, forward.Keeps) : null,
            account?.Quota ?? 0,
            user.Suspended,
            user.Removing,
            user.KeptUntil,
            user.IsShared
        );
    }
}
