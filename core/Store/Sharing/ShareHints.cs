using Cloud.Store.Accounts;
using Cloud.Store.Directory;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Store.Sharing;

/// <summary>Says to readers who shares something with them. It gives no rights.</summary>
/// <remarks>
/// Written before the first grant and again after it, removed after the last, and written again where a grant has come
/// meanwhile: whatever is broken off or happens at once, there may be a hint too many, and none is missing for long.
/// One too many goes at the latest when its place is needed.
/// </remarks>
sealed class ShareHints(AccountStore accounts, MailDirectory directory, AccountId owner, string address)
{
    /// <summary>Tries against others who change the same row of the directory.</summary>
    const int MaxTries = 20;

    /// <param name="reader">Whose account; default for anyone.</param>
    /// <returns>False where there is no room for another.</returns>
    public async ValueTask<bool> TryAddAsync(AccountId reader, CancellationToken cancel)
    {
        if (!IsAnyone(reader))
            return await TryAddToAsync(reader, change => ShareOf(change, owner) ?? New(address), cancel);
        return await TryListAsync(cancel);
    }

    /// <summary>Puts a mailbox of the owner's among those that a reader has subscribed to.</summary>
    /// <inheritdoc cref="TryAddAsync"/>
    public ValueTask<bool> TrySubscribeAsync(AccountId reader, MailboxId mailbox, CancellationToken cancel) =>
        TryAddToAsync(
            reader,
            change =>
            {
                var share = ShareOf(change, owner) ?? New(address);
                return share with { Subscribed = share.Subscribed.With(mailbox.Value) };
            },
            cancel
        );

    /// <summary>Takes it out again, and with it those that are no more.</summary>
    /// <param name="mailbox">Default for no other than those.</param>
    public async ValueTask UnsubscribeAsync(AccountId reader, MailboxId mailbox, CancellationToken cancel)
    {
        // Read in this order, a mailbox that is made and subscribed to meanwhile is not taken for gone.
        var known = (await accounts.CurrentAsync(reader, cancel))?.Shares.GetValueOrDefault(owner);
        if (known is { Subscribed.IsEmpty: false })
        {
            var gone = known.Gone(await accounts.CurrentAsync(owner, cancel));
            await RemoveAsync(reader, mailbox == default ? gone : gone.With(mailbox.Value), cancel);
        }
        await SettleAsync(reader, cancel);
    }

    async ValueTask RemoveAsync(AccountId reader, UidSet subscribed, CancellationToken cancel) =>
        await accounts.ChangeAsync(
            reader,
            change =>
            {
                if (ShareOf(change, owner) is not { } share)
                    return ValueTask.FromResult(false);
                var left = share.Subscribed.Except(subscribed);
                if (left.Count != share.Subscribed.Count)
                    change.Sharing.SetShare(owner, share with { Subscribed = left });
                return ValueTask.FromResult(true);
            },
            cancel
        );

    /// <summary>Brings the hint in line with what the account grants now.</summary>
    /// <param name="granted">The owner's revision when the reader's rights were changed; 0 where they were not.</param>
    public async ValueTask SettleAsync(AccountId reader, CancellationToken cancel, ulong granted = 0)
    {
        if (!await HasGrantAsync(reader, cancel))
        {
            if (IsAnyone(reader))
                await UnlistAsync(cancel);
            else
                await RemoveFromAsync(reader, evenSubscribed: false, cancel);
            if (!await HasGrantAsync(reader, cancel))
                return;
        }
        if (IsAnyone(reader))
            await TryListAsync(cancel);
        else
            await TryAddToAsync(reader, change => Granting(ShareOf(change, owner) ?? New(address), granted), cancel);
    }

    static Share Granting(Share share, ulong revision) => share with { Granted = Math.Max(share.Granted, revision) };

    /// <summary>The owner shares no more, with nobody: its account goes.</summary>
    public async ValueTask RemoveAllAsync(CancellationToken cancel)
    {
        await UnlistAsync(cancel);
        if (await accounts.CurrentAsync(owner, cancel) is not { } state)
            return;
        var grants = state.Mailboxes.Values.SelectMany(row => row.Acl?.Grants ?? []);
        foreach (var reader in grants.Where(grant => !grant.IsAnyone).Select(grant => grant.Account).Distinct())
            await RemoveFromAsync(reader, evenSubscribed: true, cancel);
    }

    static bool IsAnyone(AccountId reader) => string.IsNullOrEmpty(reader.Value);

    static Share? ShareOf(AccountChange change, AccountId owner) => change.Before.Shares.GetValueOrDefault(owner);

    Share New(string of) => new(owner, of, UidSet.Empty);

    ValueTask<bool> HasGrantAsync(AccountId reader, CancellationToken cancel) =>
        HasGrantAsync(owner, grant => IsAnyone(reader) ? grant.IsAnyone : grant.Account == reader, cancel);

    async ValueTask<bool> HasGrantAsync(AccountId of, Func<Grant, bool> to, CancellationToken cancel) =>
        await accounts.CurrentAsync(of, cancel) is { } state
        && state.Mailboxes.Values.Any(row =>
            !row.Doomed && (row.Acl?.Grants ?? []).Any(grant => !grant.IsDenial && to(grant))
        );

    async ValueTask<bool> TryAddToAsync(AccountId reader, Func<AccountChange, Share> wanted, CancellationToken cancel)
    {
        if (await TryAsync([]))
            return true;
        var state = await accounts.CurrentAsync(reader, cancel);
        var dead = new List<AccountId>();
        foreach (var share in state?.Shares.Values ?? [])
        {
            if (!await IsOwnerAsync(share.Owner, share.Address, cancel))
                dead.Add(share.Owner);
        }
        return dead.Count > 0 && await TryAsync(dead);

        ValueTask<bool> TryAsync(List<AccountId> dead) =>
            accounts.ChangeAsync(
                reader,
                change =>
                {
                    var (before, share) = (change.Before.Shares, wanted(change));
                    var isNew = !before.TryGetValue(owner, out var known);
                    // One transaction holds so many; the rest goes another time.
                    var removed = dead.Where(before.ContainsKey).Take(RowLimits.TransactionChanges - 5).ToList();
                    if (isNew && before.Count - removed.Count >= Share.Most)
                        return ValueTask.FromResult(false);
                    foreach (var one in removed)
                        change.Sharing.SetShare(one, null);
                    var isSame = !isNew && known!.Granted == share.Granted;
                    if (!isSame || !ReferenceEquals(known!.Subscribed, share.Subscribed))
                        change.Sharing.SetShare(owner, share);
                    return ValueTask.FromResult(true);
                },
                cancel
            );
    }

    async ValueTask RemoveFromAsync(AccountId reader, bool evenSubscribed, CancellationToken cancel)
    {
        if (await accounts.CurrentAsync(reader, cancel) is not { } state || !state.Shares.ContainsKey(owner))
            return; // the reader is gone, or the hint
        await accounts.ChangeAsync(
            reader,
            change =>
            {
                if (ShareOf(change, owner) is { } share && (evenSubscribed || share.Subscribed.IsEmpty))
                    change.Sharing.SetShare(owner, null);
                return ValueTask.FromResult(true);
            },
            cancel
        );
    }

    ValueTask<bool> TryListAsync(CancellationToken cancel) =>
        EditAsync(
            async known =>
            {
                if (known.Any(one => one.Account == owner))
                    return known;
                if (known.Count >= MailDirectory.MaxSharers)
                    known = await LivingAsync(known, cancel);
                return known.Count >= MailDirectory.MaxSharers ? null : [.. known, (owner, address)];
            },
            cancel
        );

    ValueTask<bool> UnlistAsync(CancellationToken cancel) =>
        EditAsync(
            known =>
                new(known.Any(one => one.Account == owner) ? [.. known.Where(one => one.Account != owner)] : known),
            cancel
        );

    /// <summary>Those who share with anyone of a tenant or domain: one row of the directory.</summary>
    /// <param name="edit">Answers the list itself where nothing is to be changed; null where it cannot be.</param>
    async ValueTask<bool> EditAsync(
        Func<IReadOnlyList<(AccountId Account, string Address)>, ValueTask<IReadOnlyList<(AccountId, string)>?>> edit,
        CancellationToken cancel
    )
    {
        var key = DirectoryRows.Sharers(await directory.ScopeOfAsync(address, cancel));
        for (var tries = 1; tries <= MaxTries; tries++)
        {
            var row = await directory.ReadAsync(key, cancel);
            var known = row is null ? [] : DirectoryRows.ToSharers(row.Data);
            if (await edit(known) is not { } changed)
                return false;
            if (ReferenceEquals(changed, known))
                return true;
            var data = DirectoryRows.ToSharersRow(changed);
            var transaction = new RowTransaction(DirectoryRows.Partition);
            if (row is null)
                transaction.Insert(key, data);
            else
                transaction.Replace(key, data, row.ETag);
            if ((await directory.CommitAsync(transaction)).Committed)
                return true;
        }
        throw new StoreException("The directory is changed by others without a pause");
    }

    /// <summary>Those of the list who still share something with anyone.</summary>
    async ValueTask<IReadOnlyList<(AccountId Account, string Address)>> LivingAsync(
        IReadOnlyList<(AccountId Account, string Address)> known,
        CancellationToken cancel
    )
    {
        var living = new List<(AccountId, string)>();
        foreach (var one in known)
        {
            if (
                await IsOwnerAsync(one.Account, one.Address, cancel)
                && await HasGrantAsync(one.Account, grant => grant.IsAnyone, cancel)
            )
                living.Add(one);
        }
        return living;
    }

    /// <summary>Whether an account is still its address's; one that is deleted may come back.</summary>
    async ValueTask<bool> IsOwnerAsync(AccountId account, string of, CancellationToken cancel) =>
        await directory.ReadUserAsync(of, cancel) is { } user && user.Account == account;
}
