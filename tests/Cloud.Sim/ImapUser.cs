using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Sim;

/// <summary>An IMAP session that reads, appends, flags, copies, moves and expunges; cut off, it logs in again.</summary>
sealed class ImapUser(World world, string name, int owner)
{
    const int CommandsPerPhase = 14;

    /// <summary>INBOX, Sent, Junk, Archive: moves between the last ones teach the account's filter.</summary>
    static readonly MailboxId[] Mailboxes = [MailboxRow.Inbox, MailboxRow.Inbox, new(3), new(4), new(6)];

    Server? server;

    /// <summary>What the session knows of its selected mailbox; null before SELECT.</summary>
    public SessionView? View { get; private set; }

    public AccountId Account => world.Accounts[owner];

    public bool CanSync => View is not null && server is { IsDead: false };

    public async Task RunAsync()
    {
        for (var command = 0; command < CommandsPerPhase; command++)
        {
            await world.Scheduler.WaitAsync(patience: world.Dice.Below(60));
            if (server is not { IsDead: false })
                (server, View) = (world.AnyServer, null);
            try
            {
                await PlayAsync();
            }
            catch (StoreException e)
            {
                world.Trace.Add(name, $"{server.Name}: {e.Message}");
            }
            catch (ConnectionLostException e)
            {
                world.Trace.Add(name, $"{server.Name}: {e.Message}");
                View = null;
            }
        }
    }

    Task PlayAsync()
    {
        if (View is null)
            return SelectAsync();
        return world.Dice.Below(View.Entries.Count == 0 ? 5 : 12) switch
        {
            0 => SelectAsync(),
            1 or 2 => SyncAsync(),
            3 => IdleAsync(),
            4 => AppendAsync(),
            5 or 6 or 7 => FlagAsync(Some(3), Action(), Flags()),
            8 => CopyAsync(move: false),
            9 => CopyAsync(move: true),
            10 => ExpungeAsync(),
            _ => FetchAsync(),
        };
    }

    Task<T> AskAsync<T>(Func<IGateway, ValueTask<T>> work) => server!.AskAsync(gateway => work(gateway).AsTask());

    /// <summary>One message of the view, and others.</summary>
    List<MessageEntry> Some(int oneIn)
    {
        var one = world.Dice.Below(View!.Entries.Count);
        return [.. View.Entries.Values.Where((_, at) => at == one || world.Dice.Below(oneIn) == 0)];
    }

    FlagAction Action() => (FlagAction)world.Dice.Below(3);

    MessageFlags Flags() => (MessageFlags)world.Dice.Below(32);

    Place PlaceOf(in MessageEntry entry) => world.Ledger.Known(Account, View!.Mailbox, entry.Uid, entry.Email);

    async Task SelectAsync()
    {
        var mailbox = Mailboxes[world.Dice.Below(Mailboxes.Length)];
        View = null;
        var view = (await AskAsync(gateway => gateway.OpenAsync(Account, mailbox, claimRecent: true, default)))!;
        world.Ledger.See(Account, mailbox, view.Revision, view.Entries);
        View = new(view);
        world.Trace.Add(name, $"selects {mailbox} at {server!.Name}: {View}");
    }

    public async Task SyncAsync()
    {
        var view = View!;
        var changes = await AskAsync(gateway =>
            gateway.SyncAsync(Account, view.Mailbox, view.Revision, claimRecent: true, default)
        );
        world.Ledger.See(Account, view.Mailbox, changes!.Revision, changes.Changed);
        view.Apply(changes);
        world.Trace.Add(name, $"syncs {view.Mailbox}: {view}");
    }

    async Task FetchAsync()
    {
        foreach (var entry in Some(4))
            await world.ReadAsync(server!, Account, entry);
    }

    async Task AppendAsync()
    {
        var mailbox = Mailboxes[world.Dice.Below(Mailboxes.Length)];
        var (flags, account) = (Flags(), Account);
        var transaction = TransactionId.Create(world.Clock, world.Dice);
        var attempt = world.Ledger.Begin(transaction, world.Letters.Next(), [account]);
        world.Trace.Add(name, $"appends {transaction} to {mailbox} at {server!.Name}");
        Result<AppendResult>? answer;
        try
        {
            answer = await server.AskAsync(gateway =>
                Front.AppendAsync(
                    gateway,
                    attempt,
                    message => new(transaction, account, mailbox, message, flags, ["$Sim"], world.Clock.GetUtcNow())
                )
            );
        }
        catch (ConnectionLostException)
        {
            attempt.IsUncertain = true;
            throw;
        }
        attempt.Answer =
            answer is null ? Answer.Deferred
            : answer.Value.IsOk ? Answer.Kept
            : Answer.Refused;
        world.Trace.Add(name, $"{transaction}: {attempt.Answer} {answer?.Value?.Uid}");
    }

    async Task FlagAsync(List<MessageEntry> entries, FlagAction action, MessageFlags flags)
    {
        var uids = UidSet.Of(entries.Select(entry => entry.Uid));
        var known = entries.ToDictionary(entry => entry.Uid, entry => PlaceOf(entry).Flags);
        foreach (var place in known.Values)
            place.Begin();
        world.Trace.Add(name, $"flags {uids} of {View!.Mailbox}: {action} {flags}");
        try
        {
            var request = new StoreFlagsRequest(Account, View.Mailbox, uids, action, flags, [], null);
            var answer = await AskAsync(gateway => gateway.StoreFlagsAsync(request, default));
            world.Ledger.See(Account, View.Mailbox, answer.Value!.Revision, answer.Value.Entries);
            var told = answer.Value.Entries.ToDictionary(entry => entry.Uid, entry => (MessageFlags?)entry.Flags);
            foreach (var (uid, place) in known)
                place.End(told.GetValueOrDefault(uid));
        }
        catch (Exception e) when (e is StoreException or ConnectionLostException)
        {
            foreach (var place in known.Values)
                place.Lose();
            throw;
        }
    }

    async Task CopyAsync(bool move)
    {
        var (entries, source) = (Some(4), View!.Mailbox);
        var target = Mailboxes[world.Dice.Below(Mailboxes.Length)];
        foreach (var entry in entries)
        {
            if (move)
                PlaceOf(entry).MoveAsked = true;
            else
                world.Ledger.AskCopy(Account, entry.Email);
        }
        var request = new CopyRequest(Account, source, UidSet.Of(entries.Select(entry => entry.Uid)), target);
        world.Trace.Add(name, $"{(move ? "moves" : "copies")} {request.Uids} from {source} to {target}");
        var answer = await AskAsync(gateway =>
            move ? gateway.MoveAsync(request, default) : gateway.CopyAsync(request, default)
        );
        var emails = entries.ToDictionary(entry => entry.Uid, entry => entry.Email);
        foreach (var (from, to) in answer.Value!.Uids)
        {
            world.Ledger.Known(Account, target, to, emails[from]);
            if (move)
                world.Ledger.Places[(Account, source, from)].GoneAt = answer.Value.Revision;
        }
        world.Trace.Add(name, $"got {string.Join(' ', answer.Value.Uids)} at {answer.Value.Revision}");
    }

    async Task ExpungeAsync()
    {
        var (entries, mailbox) = (Some(5), View!.Mailbox);
        await FlagAsync(entries, FlagAction.Add, MessageFlags.Deleted);
        foreach (var entry in entries)
            PlaceOf(entry).RemovalAsked = true;
        var uids = UidSet.Of(entries.Select(entry => entry.Uid));
        world.Trace.Add(name, $"expunges {uids} of {mailbox}");
        var answer = await AskAsync(gateway =>
            gateway.ExpungeAsync(Account, mailbox, uids, onlyDeleted: true, default)
        );
        foreach (var entry in entries.Where(entry => answer.Value!.Uids.Contains(entry.Uid)))
            PlaceOf(entry).GoneAt = answer.Value!.Revision;
        world.Trace.Add(name, $"{answer.Value!.Uids} are gone at {answer.Value.Revision}");
    }

    /// <summary>IDLE for a while; what it tells is fetched by a sync. Nothing is cancelled: that takes another thread.</summary>
    async Task IdleAsync()
    {
        var idle = AskAsync(gateway => gateway.WatchAsync(Account, View!.Revision, default));
        await Task.WhenAny(idle, world.Scheduler.WaitAsync(patience: world.Dice.Below(200)));
        world.Trace.Add(name, idle.IsCompleted ? $"is told of revision {await idle}" : "idled");
        await SyncAsync();
    }
}
