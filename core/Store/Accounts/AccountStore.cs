using System.Collections.Immutable;
using Cloud.Store.Changes;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Overviews;
using Cloud.Store.Ports;
using Cloud.Store.Sharing;

namespace Cloud.Store.Accounts;

/// <summary>Accounts at rest: reads their state, and changes it one transaction at a time.</summary>
/// <remarks>
/// Invariants a change must keep:
/// <list type="bullet">
/// <item>Every transaction replaces the account row under its ETag, so the other rows may be upserted.</item>
/// <item>Every transaction but a quiet one raises the revision by one and adds one log row.</item>
/// <item>State in memory never decides what is stored: the ETag does. It answers reads only when
/// <see cref="StoreOptions.SoleOwner"/> says that nobody else writes.</item>
/// <item>A commit, once begun, is not cancelled: its outcome must be known.</item>
/// </list>
/// </remarks>
sealed class AccountStore(
    IRows rows,
    IBlobs blobs,
    TimeProvider time,
    Entropy entropy,
    StoreOptions options,
    WatchHub watches,
    WatchNotices notices
)
{
    /// <summary>Tries against other processes' changes before the store is called busy.</summary>
    const int MaxTries = 20;

    /// <summary>Tries that follow at once; a conflict means that somebody else got through.</summary>
    const int EagerTries = 4;

    /// <summary>Changes between looks at the log; each look forgets more rows than so many changes add.</summary>
    const int PruneEvery = 64;

    /// <summary>How long the log is kept: a client that was away longer reads its mailbox anew.</summary>
    public static readonly TimeSpan LogAge = TimeSpan.FromDays(30);

    /// <summary>Longest wait between tries.</summary>
    static readonly TimeSpan Backoff = TimeSpan.FromMilliseconds(40);

    readonly AccountSlots slots = new(options.AccountsInMemory);

    public IRows Rows => rows;

    public IBlobs Blobs => blobs;

    public TimeProvider Time => time;

    public Entropy Entropy => entropy;

    public StoreOptions Options => options;

    /// <summary>First reads that the accounts' next changes note.</summary>
    public ReadNotes Reads { get; } = new();

    public OverviewCache Overviews { get; } = new(options.OverviewMemory);

    public EntryCache Entries { get; } = new(options.EntryMemory);

    /// <summary>The account as it is now.</summary>
    /// <returns>Null when there is none.</returns>
    public async ValueTask<AccountState?> CurrentAsync(AccountId account, CancellationToken cancel)
    {
        var slot = slots.Enter(account);
        try
        {
            return await CurrentAsync(slot, cancel) is { Account.Removed: false } state ? state : null;
        }
        finally
        {
            slots.Leave(slot);
        }
    }

    /// <summary>Forgets what memory has of an account: the next look reads its rows.</summary>
    public async ValueTask ForgetAsync(AccountId account, CancellationToken cancel)
    {
        var slot = slots.Enter(account);
        try
        {
            await slot.Turn.WaitAsync(cancel);
            slot.Advance(null);
            slot.Turn.Release();
        }
        finally
        {
            slots.Leave(slot);
        }
    }

    /// <summary>The account as it was last seen: good for estimates (quota at RCPT), not for answers.</summary>
    public async ValueTask<AccountState?> PeekAsync(AccountId account, CancellationToken cancel)
    {
        var slot = slots.Enter(account);
        try
        {
            return slot.State ?? await LoadAsync(slot, cancel);
        }
        finally
        {
            slots.Leave(slot);
        }
    }

    /// <summary>Runs a change against the account's state until it is committed without a conflict.</summary>
    /// <param name="work">
    /// Fills the change and gives the answer. Run again after a conflict, so it keeps nothing between runs. A change
    /// left empty (a refusal) commits nothing.
    /// </param>
    /// <exception cref="AccountMissingException">There is no such account.</exception>
    /// <exception cref="StoreException">Not done; or, after a fault of the store, perhaps done.</exception>
    public async ValueTask<T> ChangeAsync<T>(
        AccountId account,
        Func<AccountChange, ValueTask<T>> work,
        CancellationToken cancel
    )
    {
        var slot = slots.Enter(account);
        try
        {
            await slot.Turn.WaitAsync(cancel);
            try
            {
                return await ChangeAsync(slot, work, cancel);
            }
            finally
            {
                slot.Turn.Release();
            }
        }
        finally
        {
            slots.Leave(slot);
        }
    }

    async ValueTask<T> ChangeAsync<T>(
        AccountSlot slot,
        Func<AccountChange, ValueTask<T>> work,
        CancellationToken cancel
    )
    {
        string? refused = null;
        for (var tries = 1; tries <= MaxTries; tries++)
        {
            cancel.ThrowIfCancellationRequested();
            var state = slot.State ?? await LoadAsync(slot, cancel);
            if (state is null || state.Account.Removed)
                throw new AccountMissingException();

            var change = new AccountChange(this, slot.Account, state, refused, cancel);
            var result = await work(change);
            if (change.IsEmpty)
            {
                // A refusal drawn from memory counts only when memory was right.
                if ((await CurrentAsync(slot, cancel))?.ETag == state.ETag)
                    return result;
                continue;
            }

            var transaction = change.ToTransaction(entropy.Next64());
            var commit = await CommitAsync(slot, change, transaction);
            if (commit.Committed)
            {
                change.ForgetReads();
                await change.RemoveBlobsAsync();
                if (change.IsLogged && change.Revision % PruneEvery == 0)
                    await PruneAsync(slot, change);
                return result;
            }
            refused = transaction.Changes[commit.FailedAt].Key.Row;
            if (tries > EagerTries)
                await Task.Delay(Backoff * (entropy.Next64() % 1024 / 1024.0), time, cancel);
        }
        throw new StoreException("The account is changed by others without a pause");
    }

    /// <summary>Ends an account's life: whoever tries to change it from now on meets another ETag, and then the mark.</summary>
    /// <returns>False when there is no account row any more.</returns>
    public async ValueTask<bool> MarkRemovedAsync(AccountId account, CancellationToken cancel)
    {
        var slot = slots.Enter(account);
        await slot.Turn.WaitAsync(cancel);
        try
        {
            while (await rows.GetAsync(Tables.Mail, new(account.Value, AccountRows.Key), cancel) is { } row)
            {
                var marked = AccountRows.ToRow(AccountRows.From(row.Data) with { Removed = true });
                var transaction = new RowTransaction(account.Value).Replace(AccountRows.Key, marked, row.ETag);
                if ((await rows.CommitAsync(Tables.Mail, transaction, CancellationToken.None)).Committed)
                    return true;
            }
            return false;
        }
        finally
        {
            slot.Advance(null);
            slot.Turn.Release();
            slots.Leave(slot);
        }
    }

    /// <summary>Deletes the account row, after all others.</summary>
    public async ValueTask RemoveLastRowAsync(AccountId account)
    {
        var transaction = new RowTransaction(account.Value).Delete(AccountRows.Key);
        await rows.CommitAsync(Tables.Mail, transaction, CancellationToken.None);
    }

    /// <summary>Shortens the log now and then. The change that gave the occasion is done, whatever happens here.</summary>
    async ValueTask PruneAsync(AccountSlot slot, AccountChange done)
    {
        var before = time.GetUtcNow() - LogAge;
        if (done.Account.LogSince >= before.ToUnixTimeSeconds())
            return;
        try
        {
            await ChangeAsync(slot, change => change.PruneLogAsync(before), CancellationToken.None);
        }
        catch (StoreException)
        {
            return; // the next occasion comes
        }
    }

    async ValueTask<CommitResult> CommitAsync(AccountSlot slot, AccountChange change, RowTransaction transaction)
    {
        CommitResult commit;
        try
        {
            commit = await rows.CommitAsync(Tables.Mail, transaction, CancellationToken.None);
        }
        catch (StoreException e)
        {
            slot.Advance(null);
            if (!await HasCommittedAsync(change, e))
            {
                // Elsewhere a request that timed out may still arrive; here nothing is under way any more.
                if (options.SoleOwner)
                    throw;
                throw new OutcomeUnknownException(e);
            }
            await AnnounceAsync(change);
            return CommitResult.Success([]);
        }
        slot.Advance(commit.Committed ? change.Next(commit.ETags[0]!) : null);
        if (commit.Committed && change.IsLogged)
            await AnnounceAsync(change);
        return commit;
    }

    ValueTask AnnounceAsync(AccountChange change)
    {
        watches.Announce(change.Id, change.Revision);
        return notices.SendAsync(change.Id, change.Account);
    }

    /// <summary>After a commit that failed: the log row tells whether it went through all the same.</summary>
    async ValueTask<bool> HasCommittedAsync(AccountChange change, StoreException cause)
    {
        if (!change.IsLogged)
            return false;
        try
        {
            var key = new RowKey(change.Id.Value, ChangeRows.Key(change.Revision));
            var log = await rows.GetAsync(Tables.Mail, key, CancellationToken.None);
            return log is not null && ChangeRows.Token(log.Data) == change.Token;
        }
        catch (StoreException)
        {
            throw new OutcomeUnknownException(cause);
        }
    }

    async ValueTask<AccountState?> CurrentAsync(AccountSlot slot, CancellationToken cancel)
    {
        var (epoch, state) = (slot.Epoch, slot.State);
        if (state is null)
            return await LoadAsync(slot, cancel);
        if (options.SoleOwner)
            return state;

        var row = await rows.GetAsync(Tables.Mail, new(slot.Account.Value, AccountRows.Key), cancel);
        if (row?.ETag == state.ETag)
            return state;
        slot.Publish(null, epoch);
        return await LoadAsync(slot, cancel);
    }

    async ValueTask<AccountState?> LoadAsync(AccountSlot slot, CancellationToken cancel)
    {
        while (true)
        {
            var epoch = slot.Epoch;
            var (state, pages) = await ReadAsync(slot.Account, cancel);
            if (state is null)
                return null;
            if (pages > 1)
            {
                // Only one answer of a query is a snapshot.
                var row = await rows.GetAsync(Tables.Mail, new(slot.Account.Value, AccountRows.Key), cancel);
                if (row?.ETag != state.ETag)
                    continue;
            }
            slot.Publish(state, epoch);
            return state;
        }
    }

    async ValueTask<(AccountState? State, int Pages)> ReadAsync(AccountId account, CancellationToken cancel)
    {
        Row? found = null;
        var mailboxes = ImmutableDictionary.CreateBuilder<MailboxId, MailboxRow>();
        var shares = ImmutableDictionary.CreateBuilder<AccountId, Share>();
        string? continuation = null;
        var pages = 0;
        do
        {
            var range = AccountRows.WithMailboxes(account);
            var page = await rows.QueryAsync(Tables.Mail, range, continuation, RowLimits.QueryRows, cancel);
            foreach (var row in page.Rows)
            {
                if (row.Key.Row == AccountRows.Key)
                    found = row;
                else if (MailboxRows.IsKey(row.Key.Row) && MailboxRows.From(row.Key, row.Data) is var mailbox)
                    mailboxes.Add(mailbox.Id, mailbox);
                else if (ShareRows.IsKey(row.Key.Row) && ShareRows.From(row.Key, row.Data) is var share)
                    shares.Add(share.Owner, share);
            }
            continuation = page.Continuation;
            pages++;
        } while (continuation is not null);
        return found is null
            ? (null, pages)
            : (
                new(AccountRows.From(found.Data), found.ETag, mailboxes.ToImmutable(), [])
                {
                    Shares = shares.ToImmutable(),
                },
                pages
            );
    }
}

/// <summary>There is no such account, or it is being removed.</summary>
public sealed class AccountMissingException() : StoreException("No such account");

/// <summary>The store failed in a commit, and whether it went through cannot be told.</summary>
public sealed class OutcomeUnknownException(StoreException cause)
    : StoreException("The outcome of a change is not known", cause);
