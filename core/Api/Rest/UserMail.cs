using Cloud.Store;
using Cloud.Store.Mailboxes;

namespace Cloud.Api.Rest;

/// <summary>Whose mail a call is about.</summary>
static class UserMail
{
    /// <summary>Stands for the user of a key for one mailbox.</summary>
    const string Me = "me";

    /// <summary>The user that the path names, as a key.</summary>
    /// <exception cref="ApiException">404: there is none, or it is another's.</exception>
    public static async ValueTask<string> UserAsync(this ApiCall call, CancellationToken cancel)
    {
        var name = call["user"];
        if (name == Me && call.Caller.Mailbox is { } own)
            name = own;
        return await call.AddressAsync(name, "user", cancel);
    }

    /// <summary>The account of the user that the path names.</summary>
    /// <exception cref="ApiException">404: there is none, or it is another's.</exception>
    public static async ValueTask<AccountId> AccountAsync(this ApiCall call, CancellationToken cancel) =>
        await call.Rooms.Backend.Directory.FindUserAsync(await call.UserAsync(cancel), cancel)
            is { Removing: false } user
            ? user.Account
            : throw new ApiException(ApiProblem.NotFound("user"));

    /// <param name="name">Its id, or its whole name.</param>
    /// <exception cref="ApiException">404.</exception>
    public static async ValueTask<Mailbox> MailboxAsync(
        this ApiCall call,
        AccountId account,
        string name,
        CancellationToken cancel
    )
    {
        var all = await call.Rooms.Gateway.ListMailboxesAsync(account, cancel);
        return all.FirstOrDefault(mailbox => mailbox.Id.ToString() == name)
            ?? all.FirstOrDefault(mailbox => mailbox.Name == name)
            ?? throw new ApiException(ApiProblem.NotFound("mailbox"));
    }
}
