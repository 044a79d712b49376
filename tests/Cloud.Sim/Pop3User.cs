using Cloud.Api.Gateway;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Sim;

/// <summary>A POP3 session after the other: reads, marks, and removes at QUIT.</summary>
sealed class Pop3User(World world, string name, int owner)
{
    const int SessionsPerPhase = 3;

    public async Task RunAsync()
    {
        for (var session = 0; session < SessionsPerPhase; session++)
        {
            await world.Scheduler.WaitAsync(patience: world.Dice.Below(300));
            var server = world.AnyServer;
            try
            {
                await PlayAsync(server);
            }
            catch (Exception e) when (e is StoreException or ConnectionLostException)
            {
                world.Trace.Add(name, $"{server.Name}: {e.Message}");
            }
        }
    }

    async Task PlayAsync(Server server)
    {
        var account = world.Accounts[owner];
        var held = await server.AskAsync(gateway => gateway.LockMaildropAsync(account, default).AsTask());
        if (held is null)
        {
            world.Trace.Add(name, "is told that the maildrop is locked");
            return;
        }
        try
        {
            await ReadAsync(server);
        }
        finally
        {
            if (!server.IsDead)
                await server.AskAsync(_ => LetGoAsync(held));
        }
    }

    static async Task<bool> LetGoAsync(IAsyncDisposable held)
    {
        await held.DisposeAsync();
        return true;
    }

    async Task ReadAsync(Server server)
    {
        var account = world.Accounts[owner];
        var view = await server.AskAsync(gateway => OpenAsync(gateway, account));
        world.Ledger.See(account, view.Mailbox.Id, view.Revision, view.Entries);
        var marked = view.Entries.Where(_ => world.Dice.Below(3) == 0).ToList();
        foreach (var entry in marked)
            await world.ReadAsync(server, account, entry);
        if (marked.Count == 0 || world.Dice.Below(4) == 0)
            return; // the session ends without QUIT

        foreach (var entry in marked)
            world.Ledger.Known(account, view.Mailbox.Id, entry.Uid, entry.Email).RemovalAsked = true;
        var uids = UidSet.Of(marked.Select(entry => entry.Uid));
        world.Trace.Add(name, $"removes {uids} of {view.Mailbox.Name} at {server.Name}");
        var removed = await server.AskAsync(gateway =>
            gateway.ExpungeAsync(account, view.Mailbox.Id, uids, onlyDeleted: false, default).AsTask()
        );
        foreach (var entry in marked)
            world.Ledger.Places[(account, view.Mailbox.Id, entry.Uid)].GoneAt = removed.Value!.Revision;
        world.Trace.Add(name, $"{removed.Value!.Uids} are gone at {removed.Value.Revision}");
    }

    static async Task<MailboxView> OpenAsync(IGateway gateway, Cloud.Store.AccountId account)
    {
        var mailboxes = await gateway.ListMailboxesAsync(account, default);
        var inbox = mailboxes.Single(mailbox => mailbox.Role == MailboxRole.Inbox);
        return (await gateway.OpenAsync(account, inbox.Id, claimRecent: false, default))!;
    }
}
