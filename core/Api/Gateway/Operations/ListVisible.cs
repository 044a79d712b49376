using System.Buffers.Binary;
using System.Security.Cryptography;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Directory;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Packing;
using Cloud.Store.Ports;
using Cloud.Store.Sharing;

namespace Cloud.Api.Gateway.Operations;

/// <summary>LIST over all namespaces: the user's own mailboxes, and what others share.</summary>
/// <remarks>Hints say whom to ask; whether anything is shown is decided by the mailboxes' rows.</remarks>
static class ListVisible
{
    /// <summary>
    /// Mailboxes of others in one answer: nobody who shares many makes it too long for the rest. Those beyond are still opened by
    /// their names.
    /// </summary>
    const int MostMailboxes = 5000;

    /// <summary>Hints at what is no more that one answer removes: each is a transaction.</summary>
    const int MostStale = 10;

    /// <param name="known">What <see cref="VisibleMailboxes.Sharers"/> was; 0 for nothing known.</param>
    public static async ValueTask<VisibleMailboxes> RunAsync(
        Sharing sharing,
        Reader reader,
        ulong known,
        CancellationToken cancel
    )
    {
        var (state, own) = await ListMailboxes.ReadAsync(sharing.Accounts, reader.Account, cancel);
        var scope = await sharing.Directory.ScopeOfAsync(reader.Address, cancel);
        var owners = (await sharing.Directory.SharersAsync(scope, cancel))
            .Concat(state.Shares.Values.Select(share => (Account: share.Owner, share.Address)))
            .Where(owner => owner.Account != reader.Account)
            .DistinctBy(owner => owner.Account)
            .OrderBy(owner => owner.Address, StringComparer.Ordinal)
            .ToList();
        var sharers = StampOf(owners, state);
        if (sharers == known)
            return new(own, []) { Sharers = sharers };
        var shared = new List<SharedAccount>();
        var (count, stale) = (0, 0);
        foreach (var (owner, address) in owners)
        {
            var granted = await sharing.OfAsync(new(owner, reader), cancel);
            var share = state.Shares.GetValueOrDefault(owner);
            if (stale < MostStale && share is not null && await IsStaleAsync(sharing, share, granted, cancel))
            {
                stale++;
                await ForgetGoneAsync(sharing, reader, share, cancel);
            }
            var subscribed = share?.Subscribed ?? UidSet.Empty;
            if (await OfAsync(sharing, granted, owner, address, subscribed, cancel) is not { } account)
                continue;
            if ((count += account.Mailboxes.Count) > MostMailboxes)
                break;
            shared.Add(account);
        }
        return new(own, shared) { Sharers = sharers };
    }

    static ulong StampOf(List<(AccountId Account, string Address)> owners, AccountState reader)
    {
        var writer = new PackWriter(64 * owners.Count);
        foreach (var (account, address) in owners)
        {
            var share = reader.Shares.GetValueOrDefault(account);
            writer.Text(account.Value);
            writer.Text(address);
            writer.Varint(share?.Granted ?? 0);
            writer.Uids(share?.Subscribed ?? UidSet.Empty);
        }
        return BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(writer.ToArray())) | 1; // Never 0.
    }

    /// <summary>What one owner shares, hinted at or not.</summary>
    /// <returns>Null where it is nothing.</returns>
    public static async ValueTask<SharedAccount?> FindAsync(
        Sharing sharing,
        Reader reader,
        string address,
        CancellationToken cancel
    )
    {
        if (await sharing.Directory.FindUserAsync(address, cancel) is not { IsRoute: false } user)
            return null;
        if (user.Account == reader.Account)
            return null;
        var own = await sharing.Accounts.CurrentAsync(reader.Account, cancel);
        var subscribed = own?.Shares.GetValueOrDefault(user.Account)?.Subscribed ?? UidSet.Empty;
        var granted = await sharing.OfAsync(new(user.Account, reader), cancel);
        return await OfAsync(sharing, granted, user.Account, address, subscribed, cancel);
    }

    /// <summary>The reader has subscribed to something that is no more.</summary>
    static async ValueTask<bool> IsStaleAsync(
        Sharing sharing,
        Share share,
        GrantedRights granted,
        CancellationToken cancel
    ) =>
        !share.Subscribed.IsEmpty
        && !share.Gone(granted.State ?? await sharing.Accounts.CurrentAsync(share.Owner, cancel)).IsEmpty;

    /// <summary>A fault leaves it for another time.</summary>
    static async ValueTask ForgetGoneAsync(Sharing sharing, Reader reader, Share share, CancellationToken cancel)
    {
        try
        {
            await sharing.HintsOf(share.Owner, share.Address).UnsubscribeAsync(reader.Account, default, cancel);
        }
        catch (StoreException)
        {
            return; // What is shown does not depend on it.
        }
    }

    static async ValueTask<SharedAccount?> OfAsync(
        Sharing sharing,
        GrantedRights granted,
        AccountId owner,
        string address,
        UidSet subscribed,
        CancellationToken cancel
    )
    {
        var mailboxes = granted
            .Mailboxes()
            .Select(pair => Shown(pair.Row, pair.Rights, granted.State!, subscribed))
            .OrderBy(mailbox => mailbox.Name, StringComparer.Ordinal)
            .ToList();
        if (mailboxes.Count == 0)
            return null;
        var isShared = await sharing.Directory.FindUserAsync(address, cancel) is { IsShared: true };
        return new(owner, address, isShared, mailboxes);
    }

    static Mailbox Shown(MailboxRow row, MailboxRights rights, AccountState state, UidSet subscribed) =>
        ReaderView.Of(row.ToMailbox(MailboxPaths.Compose(state.Mailboxes, row)), rights) with
        {
            Subscribed = subscribed.Contains(row.Id.Value),
        };
}
