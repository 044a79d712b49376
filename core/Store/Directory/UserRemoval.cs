using Cloud.Store.Accounts;
using Cloud.Store.Ports;
using Cloud.Store.Sharing;

namespace Cloud.Store.Directory;

/// <summary>Removes a user for good: what others have of it, then the mail, the user's row last. Repeating it goes on where it stopped.</summary>
static class UserRemoval
{
    /// <param name="user">One that is marked, so that no login and no mail finds it any more.</param>
    /// <exception cref="StoreException">Done in part; to do it again goes on.</exception>
    public static async ValueTask RunAsync(
        AccountStore accounts,
        MailDirectory directory,
        UserRow user,
        CancellationToken cancel
    )
    {
        await Departure.RunAsync(accounts, directory, user, cancel);
        await AccountRemoval.RunAsync(accounts, user.Account, cancel);
        var key = DirectoryRows.User(user.Address);
        // Somebody else may have ended it meanwhile, and made the address anew.
        if (
            await directory.ReadAsync(key, cancel) is not { } row
            || DirectoryRows.ToUser(row.Data).Account != user.Account
        )
            return;
        await RevokeKeysAsync(directory, user.Address, cancel);
        var transaction = new RowTransaction(DirectoryRows.Partition).Delete(key, row.ETag);
        if (await directory.ReadAsync(DirectoryRows.Grants(user.Account), cancel) is { } grants)
            transaction.Delete(grants.Key.Row, grants.ETag);
        if (!(await directory.CommitAsync(transaction)).Committed)
            throw new StoreException("The directory was changed by somebody else at the same moment");
    }

    /// <summary>Keys name a mailbox by its address: they would open that of whoever has it next.</summary>
    static async ValueTask RevokeKeysAsync(MailDirectory directory, string address, CancellationToken cancel)
    {
        await foreach (var row in directory.ListAsync(DirectoryRows.ApiKeys, cancel))
        {
            var id = row.Key.Row[DirectoryRows.ApiKey("").Length..];
            if (ApiKeyRow.Of(id, row.Data).Mailbox == address)
                await directory.CommitAsync(await ApiKeyRow.RevokeAsync(directory, id, cancel));
        }
    }
}
