using System.Diagnostics;
using System.Text;
using Cloud.Api.Admin;
using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Store.Counting;
using Cloud.Store.Local;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Bench.Scenarios;

/// <summary>How long it takes to open a large mailbox on the embedded store, with nothing of it in memory.</summary>
static class Open
{
    /// <summary>Messages that are written; the others are copies, which a mailbox holds in the same way.</summary>
    const int Originals = 1000;

    public static async Task RunAsync(Options options)
    {
        var directory = Directory.CreateTempSubdirectory("cloud-bench-open-").FullName;
        var messages = options.Number("messages", 100_000);
        await FillAsync(directory, messages);

        var (times, rows) = (new List<double>(), 0);
        for (var round = 0; round < options.Number("rounds", 9); round++)
        {
            await using var local = await LocalStore.OpenAsync(new LocalStoreOptions(directory), default);
            var counted = new CountingRows(local.Rows);
            var gateway = new LocalGateway(Rooms(local, counted));
            var (account, inbox) = await InboxAsync(gateway);

            counted.Reset();
            var clock = Stopwatch.StartNew();
            var view = await gateway.OpenAsync(account, inbox, claimRecent: false, default);
            times.Add(clock.Elapsed.TotalMilliseconds);
            rows = counted.RowsRead;
            if (view!.Entries.Count != messages)
                throw new InvalidOperationException($"{view.Entries.Count} entries");
        }
        Directory.Delete(directory, recursive: true);
        Console.WriteLine($"{messages} messages opened: {Statistics.Spread(times, "0.0")} ms, {rows} rows read");
    }

    static async Task FillAsync(string directory, int messages)
    {
        await using var local = await LocalStore.OpenAsync(new LocalStoreOptions(directory), default);
        var rooms = Rooms(local, local.Rows);
        var (administration, gateway) = (new Administration(rooms), new LocalGateway(rooms));
        await administration.AddDomainAsync("example.test", default);
        await administration.AddUserAsync("ada@example.test", "a password", default);
        var (account, inbox) = await InboxAsync(gateway);
        for (var i = 0; i < Originals; i++)
            await AppendAsync(gateway, account, inbox);
        var originals = UidSet.Of([(1, Originals)]);
        for (var copies = Originals; copies < messages; copies += Originals)
            await gateway.CopyAsync(new CopyRequest(account, inbox, originals, inbox), default);
    }

    static async Task AppendAsync(LocalGateway gateway, AccountId account, MailboxId inbox)
    {
        var transaction = TransactionId.Create(TimeProvider.System, Entropy.System);
        await using var upload = await gateway.BeginUploadAsync(transaction, default);
        await upload.WriteAsync(Encoding.ASCII.GetBytes("Subject: short\r\n\r\nA short message.\r\n"), default);
        var message = await upload.CompleteAsync(default);
        var received = DateTimeOffset.UnixEpoch;
        await gateway.AppendAsync(new(transaction, account, inbox, message, MessageFlags.None, [], received), default);
    }

    static Backend Rooms(LocalStore local, IRows rows) =>
        new(
            rows,
            local.Blobs,
            local.Queues,
            TimeProvider.System,
            Entropy.System,
            new StoreOptions { SoleOwner = true }
        );

    static async Task<(AccountId, MailboxId)> InboxAsync(LocalGateway gateway)
    {
        var request = new AuthenticateRequest("ada@example.test", "a password", System.Net.IPAddress.Loopback);
        var account = (await gateway.AuthenticateAsync(request, default)).Account;
        var mailboxes = await gateway.ListMailboxesAsync(account, default);
        return (account, mailboxes.First(mailbox => mailbox.Role == MailboxRole.Inbox).Id);
    }
}
