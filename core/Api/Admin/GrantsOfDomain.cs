using Cloud.Store.Directory;
using Cloud.Store.Ports;

namespace Cloud.Api.Admin;

/// <summary>What users of other domains were granted of one: it goes with the domain, whose next owner granted nothing.</summary>
static class GrantsOfDomain
{
    /// <summary>Changes by others between which something is tried.</summary>
    const int MaxRaces = 20;

    /// <param name="domain">As its key.</param>
    /// <exception cref="AdminException">A user's row is changed all the time.</exception>
    public static async ValueTask RemoveAsync(MailDirectory directory, string domain, CancellationToken cancel)
    {
        var end = "@" + domain;
        await foreach (var row in directory.ListAsync(DirectoryRows.AllGrants, cancel))
        {
            if (DirectoryRows.Granted(row.Data).Any(address => address.EndsWith(end, StringComparison.Ordinal)))
                await RemoveAsync(directory, row.Key.Row, end, cancel);
        }
    }

    static async ValueTask RemoveAsync(MailDirectory directory, string key, string end, CancellationToken cancel)
    {
        for (var races = 0; races < MaxRaces; races++)
        {
            if (await directory.ReadAsync(key, cancel) is not { } row)
                return;
            var granted = DirectoryRows.Granted(row.Data);
            var left = granted.Where(address => !address.EndsWith(end, StringComparison.Ordinal)).ToList();
            if (left.Count == granted.Count)
                return;
            var address = DirectoryRows.GrantedUser(row.Data);
            var transaction = new RowTransaction(DirectoryRows.Partition);
            _ =
                left.Count == 0
                    ? transaction.Delete(key, row.ETag)
                    : transaction.Replace(key, DirectoryRows.ToGrantsRow(address, left), row.ETag);
            // The user's row tells by its ETag that something of the user has changed.
            if (await directory.ReadAsync(DirectoryRows.User(address), cancel) is { } user)
                transaction.Replace(user.Key.Row, user.Data, user.ETag);
            if ((await directory.CommitAsync(transaction)).Committed)
                return;
        }
        throw DirectoryLookup.Changed();
    }
}
