using System.Security.Cryptography;
using Cloud.Api.Gateway;
using Cloud.Flow.Inbound;
using Cloud.Flow.Sweep;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Changes;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Sim;

/// <summary>What must be true when the store is calm: it keeps what it answered, and nothing is half there.</summary>
sealed class Invariants(World world)
{
    /// <summary>Longer than the worker lets a message wait that it could not file.</summary>
    static readonly TimeSpan WorkerPause = TimeSpan.FromMinutes(31);

    readonly Dictionary<(AccountId, MailboxId, uint Uid), MessageEntry> placed = [];
    readonly Dictionary<(AccountId, EmailId), EmailRow> emails = [];

    public async Task CheckAsync()
    {
        await DrainAsync();
        await SweepAsync();
        var auditor = new Backend(
            world.Rows,
            world.Blobs,
            world.Queues,
            world.Clock,
            new SeededEntropy(0),
            new() { SoleOwner = false }
        );
        foreach (var account in world.Accounts)
        {
            await ReadMailboxesAsync(auditor, account);
            await ReadEmailsAsync(account);
        }
        CheckPlacements();
        CheckPromises();
        CheckLedger();
        await CheckSessionsAsync();
        await CheckOrphansAsync();
        world.Clock.Advance(Sweeper.PassEvery); // the next pass is due while things go wrong
    }

    async Task DrainAsync()
    {
        for (var round = 0; world.Queues.CountOf(Filing.Queue) > 0; round++)
        {
            Assert.True(round < 10, "The worker does not come to an end");
            world.Clock.Advance(WorkerPause);
            await world.AnyServer.Backend.Inbound.WorkAsync(default);
        }
        Assert.Equal(0, world.Queues.CountOf(SetAside.Aside));
    }

    /// <summary>Ends the pass that was under way, and makes another.</summary>
    async Task SweepAsync()
    {
        for (var pass = 0; pass < 2; pass++)
        {
            world.Clock.Advance(BlobNames.OrphanAge + Sweeper.PassEvery);
            var result = await world.AnyServer.Backend.Sweeper.RunAsync(TimeSpan.FromDays(1), default);
            Assert.True(result is { IsComplete: true, Hold: SweepHold.None }, $"{result}");
        }
        world.Clock.Advance(OrphanRows.Age); // then it removes what it found
        await world.AnyServer.Backend.Sweeper.RunAsync(TimeSpan.FromDays(1), default);
    }

    /// <summary>No bytes are left that nobody can reach.</summary>
    async Task CheckOrphansAsync()
    {
        var named = emails.Values.Select(email => email.Email.Blob).ToHashSet();
        await foreach (var blob in world.Blobs.ListAsync("", default))
            Assert.True(named.Contains(blob.Name) || BlobNames.TryParse(blob.Name) is null, $"{blob.Name} is left");
    }

    async Task ReadMailboxesAsync(Backend auditor, AccountId account)
    {
        var gateway = new LocalGateway(auditor);
        var sum = (Messages: 0, Octets: 0L);
        foreach (var listed in await gateway.ListMailboxesAsync(account, default))
        {
            var view = (await gateway.OpenAsync(account, listed.Id, false, default))!;
            CheckTotals(view);
            world.Ledger.See(account, listed.Id, view.Revision, view.Entries);
            sum = (sum.Messages + view.Entries.Count, sum.Octets + view.Entries.Sum(entry => entry.Size));
            foreach (var entry in view.Entries)
                placed.Add((account, listed.Id, entry.Uid), entry);
            foreach (var server in world.Servers)
            {
                var same = await server.AskAsync(g => g.OpenAsync(account, listed.Id, false, default).AsTask());
                Assert.Equal(view.Entries, same!.Entries);
                Assert.Equal((view.Revision, view.Mailbox.UidNext), (same.Revision, same.Mailbox.UidNext));
            }
            world.Ledger.Rise(account, view.Mailbox, view.Entries.Select(entry => entry.Uid));
        }
        var row = (await auditor.Accounts.CurrentAsync(account, default))!.Account;
        Assert.Equal(sum, (row.Messages, row.Octets));
        await CheckLogAsync(account, row);
    }

    static void CheckTotals(MailboxView view)
    {
        var (mailbox, entries) = (view.Mailbox, view.Entries);
        Assert.Equal(entries.Count, mailbox.Messages);
        Assert.Equal(entries.Count(entry => !entry.Flags.HasFlag(MessageFlags.Seen)), mailbox.Unseen);
        Assert.Equal(entries.Count(entry => entry.Flags.HasFlag(MessageFlags.Deleted)), mailbox.Deleted);
        Assert.Equal(entries.Sum(entry => entry.Size), mailbox.Octets);
        Assert.Equal(entries.Select(entry => entry.Uid).Distinct().Order(), entries.Select(entry => entry.Uid));
        Assert.All(entries, entry => Assert.InRange(entry.Uid, 1u, mailbox.UidNext - 1));
        Assert.All(entries, entry => Assert.InRange(entry.ModSeq, 1UL, mailbox.HighestModSeq));
    }

    /// <summary>No revision is missing in the log, from the first that is kept.</summary>
    async Task CheckLogAsync(AccountId account, AccountRow row)
    {
        var next = row.LogFrom;
        await foreach (var change in world.Rows.ReadAsync(Tables.Mail, RowRange.Prefix(account.Value, "c!"), default))
            Assert.Equal(next++, ChangeRows.RevisionOf(change.Key));
        Assert.Equal(row.Revision + 1, next);
    }

    async Task ReadEmailsAsync(AccountId account)
    {
        var range = RowRange.Prefix(account.Value, EmailRows.Prefix);
        await foreach (var row in world.Rows.ReadAsync(Tables.Mail, range, default))
        {
            var email = EmailRows.From(row.Key, row.Data);
            emails.Add((account, email.Email.Id), email);
            await CheckBytesAsync(email.Email);
        }
    }

    async Task CheckBytesAsync(Email email)
    {
        var sent = world.Ledger.Attempts[email.Transaction].Content;
        await using var stream = await world.Blobs.OpenAsync(email.Blob, 0, null, default);
        Assert.True(stream is not null, $"The bytes of {email.Transaction} are gone");
        var kept = new MemoryStream();
        await stream.CopyToAsync(kept);
        Assert.Equal(sent, kept.ToArray());
        Assert.Equal(SHA256.HashData(sent), email.Sha256.ToArray());
        Assert.Equal(sent.Length, email.Size - email.DeliveryFields.Length);
        var scanner = new MessageScanner();
        scanner.Write(sent);
        Assert.Equal(scanner.Complete().Pack(), email.Index.ToArray());
    }

    /// <summary>Entries and message rows tell the same, and no two messages share their bytes.</summary>
    void CheckPlacements()
    {
        var kept = emails.SelectMany(email =>
            email.Value.Placements.Select(place => (email.Key.Item1, place.Mailbox, place.Uid, email.Key.Item2))
        );
        var shown = placed.Select(place => (place.Key.Item1, place.Key.Item2, place.Key.Uid, place.Value.Email));
        Assert.Equal(Sorted(shown), Sorted(kept));
        foreach (var (key, entry) in placed)
            Assert.Equal(emails[(key.Item1, entry.Email)].Email.Size, entry.Size);
        Assert.Equal(emails.Count, emails.Values.Select(email => email.Email.Blob).Distinct().Count());
        foreach (var ((account, id), email) in emails)
            Assert.InRange(email.Placements.Count, 1, 1 + world.Ledger.CopiesAsked(account, id));

        static IEnumerable<string> Sorted<T>(IEnumerable<T> places) =>
            places.Select(place => $"{place}").Order(StringComparer.Ordinal);
    }

    /// <summary>250 means kept, once for each account; 550 means not kept.</summary>
    void CheckPromises()
    {
        var found = emails
            .Select(email => (Account: email.Key.Item1, email.Value.Email.Transaction))
            .ToLookup(email => email.Transaction, email => email.Account);
        foreach (var attempt in world.Ledger.Attempts.Values)
        {
            var accounts = found[attempt.Transaction].ToList();
            var what = $"{attempt.Transaction} ({attempt.Answer})";
            Assert.True(accounts.Distinct().Count() == accounts.Count, $"{what} is there twice");
            Assert.True(accounts.TrueForAll(attempt.Accounts.Contains), $"{what} is in a stranger's account");
            foreach (var account in attempt.Accounts.Except(accounts).Where(_ => attempt.Answer == Answer.Kept))
                Assert.True(world.Ledger.MayBeRemoved(account, attempt.Transaction), $"{what} is lost");
            if (attempt.Answer == Answer.Refused || IsKnownNotKept(attempt))
                Assert.True(accounts.Count == 0, $"{what} was kept all the same");
        }
    }

    /// <summary>A message for several may have reached one of them before it was deferred for all.</summary>
    static bool IsKnownNotKept(Attempt attempt) =>
        attempt is { Answer: Answer.Deferred, IsUncertain: false, Accounts.Count: 1 };

    /// <summary>What a session saw or was told of is there, unless somebody asked for its removal.</summary>
    void CheckLedger()
    {
        foreach (var (key, place) in world.Ledger.Places)
        {
            var isThere = placed.TryGetValue(key, out var entry);
            var what = $"UID {key.Uid} of mailbox {key.Mailbox} in {key.Account}";
            Assert.True(isThere || place.RemovalAsked || place.MoveAsked, $"{what} vanished");
            Assert.False(isThere && place.GoneAt < ulong.MaxValue, $"{what} was removed, and is there");
            if (isThere && place.Flags.Value is { } flags)
                Assert.True(flags == entry.Flags, $"{what} has {entry.Flags} instead of {flags}");
        }
    }

    /// <summary>A session that was kept up by changes sees what a new one sees.</summary>
    async Task CheckSessionsAsync()
    {
        foreach (var user in world.ImapUsers.Where(user => user.CanSync))
        {
            await user.SyncAsync();
            var fresh = placed.Where(place => place.Key.Item1 == user.Account && place.Key.Item2 == user.View!.Mailbox);
            Assert.Equal(fresh.Select(place => place.Value).OrderBy(entry => entry.Uid), user.View!.Entries.Values);
        }
    }
}
