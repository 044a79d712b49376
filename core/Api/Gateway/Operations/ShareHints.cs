using Cloud.Store;
using Cloud.Store.Directory;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;
using Cloud.Store.Sharing;

namespace Cloud.Api.Gateway.Operations;

/// <summary>Says to readers who shares something with them. It gives no rights.</summary>
/// <remarks>
/// Written before the first grant and again after it, removed after the last, and written again where a grant has come
/// meanwhile: whatever is broken off or happens at once, there may be a hint too many, and none is missing for long.
/// </remarks>
sealed class ShareHints(Sharing sharing, AccountId owner, string address)
{
    /// <summary>Tries against others who change the same row of the directory.</summary>
    const int MaxTries = 20;

    /// <param name="reader">Whose account; default for anyone.</param>
    public ValueTask<Result> AddAsync(AccountId reader, CancellationToken cancel) =>
        IsAnyone(reader) ? ListAsync(add: true, cancel) : AddToAsync(reader, cancel);

    /// <summary>Brings the hint in line with what the account grants now.</summary>
    public async ValueTask SettleAsync(AccountId reader, CancellationToken cancel)
    {
        if (!await HasGrantAsync(reader, cancel))
        {
            if (IsAnyone(reader))
                await ListAsync(add: false, cancel);
            else
                await RemoveFromAsync(reader, cancel);
            if (!await HasGrantAsync(reader, cancel))
                return;
        }
        await AddAsync(reader, cancel);
    }

    static bool IsAnyone(AccountId reader) => string.IsNullOrEmpty(reader.Value);

    async ValueTask<bool> HasGrantAsync(AccountId reader, CancellationToken cancel)
    {
        var state = await sharing.Accounts.CurrentAsync(owner, cancel);
        return state is not null && state.Mailboxes.Values.Any(row => !row.Doomed && row.Acl is { } acl && Grants(acl));

        bool Grants(Acl acl) =>
            acl.Grants.Any(grant => !grant.IsDenial && (IsAnyone(reader) ? grant.IsAnyone : grant.Account == reader));
    }

    ValueTask<Result> AddToAsync(AccountId reader, CancellationToken cancel) =>
        sharing.Accounts.ChangeAsync(
            reader,
            change =>
            {
                var shares = change.Before.Shares;
                if (shares.ContainsKey(owner))
                    return ValueTask.FromResult(Result.Ok);
                if (shares.Count >= Share.Most)
                    return ValueTask.FromResult(Refusals.TooManyShares);
                change.Sharing.SetShare(owner, new(owner, address, UidSet.Empty));
                return ValueTask.FromResult(Result.Ok);
            },
            cancel
        );

    /// <summary>One that holds subscriptions stays.</summary>
    async ValueTask RemoveFromAsync(AccountId reader, CancellationToken cancel)
    {
        if (await sharing.Accounts.CurrentAsync(reader, cancel) is null)
            return; // the reader is gone
        await sharing.Accounts.ChangeAsync(
            reader,
            change =>
            {
                if (change.Before.Shares.GetValueOrDefault(owner) is { Subscribed.IsEmpty: true })
                    change.Sharing.SetShare(owner, null);
                return ValueTask.FromResult(true);
            },
            cancel
        );
    }

    /// <summary>Those who share with anyone of a tenant or domain: one row of the directory.</summary>
    async ValueTask<Result> ListAsync(bool add, CancellationToken cancel)
    {
        var key = DirectoryRows.Sharers(await sharing.ScopeAsync(address, cancel));
        for (var tries = 1; tries <= MaxTries; tries++)
        {
            var row = await sharing.Directory.ReadAsync(key, cancel);
            var known = row is null ? [] : DirectoryRows.ToSharers(row.Data);
            if (known.Any(one => one.Account == owner) == add)
                return Result.Ok;
            if (add && known.Count >= MailDirectory.MaxSharers)
                return Refusals.TooManyShares;
            IReadOnlyList<(AccountId, string)> changed = add
                ? [.. known, (owner, address)]
                : [.. known.Where(one => one.Account != owner)];
            var data = DirectoryRows.ToSharersRow(changed);
            var transaction = new RowTransaction(DirectoryRows.Partition);
            if (row is null)
                transaction.Insert(key, data);
            else
                transaction.Replace(key, data, row.ETag);
            if ((await sharing.Directory.CommitAsync(transaction)).Committed)
                return Result.Ok;
        }
        throw new StoreException("The directory is changed by others without a pause");
    }
}
