using Cloud.Flow.Inbound;
using Cloud.Flow.Outbound;
using Cloud.Flow.Sweep;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Directory;
using Cloud.Store.Ports;

namespace Cloud.Flow.Integrity;

/// <param name="Users">Those that are deleted and can be had back included.</param>
/// <param name="Messages">In mailboxes, and kept for routes; a copy counts once for each.</param>
/// <param name="Octets">Of them.</param>
/// <param name="InboundWaiting">Accepted messages that are not filed yet.</param>
/// <param name="InboundAside">Those that could not be filed for a day: somebody should look why.</param>
/// <param name="OutboundWaiting">Tasks of mail on its way out, perhaps more than there are.</param>
/// <param name="Orphans">Blobs that nothing named when the sweep looked; it removes them if nothing does half an hour later.</param>
public sealed record StoreTotals(
    int Domains,
    int Users,
    int Suspended,
    int Deleted,
    int Aliases,
    long Messages,
    long Octets,
    long InboundWaiting,
    long InboundAside,
    long OutboundWaiting,
    long Orphans
);

/// <summary>Counts what there is.</summary>
sealed class StoreStatistics(AccountStore accounts, MailDirectory directory, IQueues queues)
{
    /// <exception cref="StoreException">It cannot be read now.</exception>
    public async ValueTask<StoreTotals> ReadAsync(CancellationToken cancel)
    {
        var (domains, aliases) = (0, 0);
        await foreach (var _ in directory.ListAsync(DirectoryRows.Domains, cancel))
            domains++;
        await foreach (var _ in directory.ListAsync(DirectoryRows.Aliases(null), cancel))
            aliases++;
        var (users, suspended, deleted, messages, octets) = (0, 0, 0, 0L, 0L);
        await foreach (var row in directory.ListAsync(DirectoryRows.Users(null), cancel))
        {
            var user = DirectoryRows.ToUser(row.Data);
            // A route has messages, and is nobody.
            users += user.IsRoute ? 0 : 1;
            suspended += user is { IsRoute: false, Suspended: true } ? 1 : 0;
            deleted += user is { IsRoute: false, Removing: true } ? 1 : 0;
            var key = new RowKey(user.Account.Value, AccountRows.Key);
            if (await accounts.Rows.GetAsync(Tables.Mail, key, cancel) is not { } found)
                continue;
            var account = AccountRows.From(found.Data);
            (messages, octets) = (messages + account.Messages, octets + account.Octets);
        }
        return new(
            domains,
            users,
            suspended,
            deleted,
            aliases,
            messages,
            octets,
            await queues.CountAsync(InboundWorker.Queue, cancel),
            await queues.CountAsync(SetAside.Aside, cancel) + await queues.CountAsync(InboundWorker.Poison, cancel),
            await queues.CountAsync(OutboundWorker.Queue, cancel),
            await OrphanRows.CountAsync(accounts.Rows, cancel)
        );
    }
}
