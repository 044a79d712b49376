using System.Collections.Concurrent;
using Cloud.Api.Gateway;
using Cloud.Listener.Imap;
using Cloud.Store;
using Cloud.Store.Counting;
using Cloud.Store.Mailboxes;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Listener.Imap;

/// <summary>NOTIFY, as far as the scripts cannot show it.</summary>
public sealed class NotifyTests
{
    [Fact]
    public async Task Who_has_too_much_to_hear_is_told_so_and_then_nothing()
    {
        var backend = await TestBackend.OpenAsync();
        var account = backend.AliceId;
        for (var i = 0; i < 1000; i++)
            await backend.Gateway.CreateMailboxAsync(account, $"all/{i}", MailboxRole.None, default);
        await using var listener = await ImapServer.ListenAsync(backend);
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("NOTIFY SET (personal (MailboxName))");
        var all = await backend.Gateway.ListMailboxesAsync(account, default);
        var parent = all.First(mailbox => mailbox.Name == "all");

        await backend.Gateway.RenameMailboxAsync(account, parent.Id, "other", default);
        Assert.StartsWith("* OK [NOTIFICATIONOVERFLOW]", await client.ReadLineAsync(), StringComparison.Ordinal);
        await backend.Gateway.CreateMailboxAsync(account, "one more", MailboxRole.None, default);
        Assert.Matches(@"^t\d+ OK", await client.AskAsync("NOOP"));
    }

    [Fact]
    public async Task What_we_tell_does_not_make_a_client_less_silent()
    {
        var backend = await TestBackend.OpenAsync();
        await using var listener = await ImapServer.ListenAsync(backend);
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("NOTIFY SET (personal (MailboxName))");
        var clock = (ManualClock)backend.Time;
        foreach (var minutes in new[] { 29, 2 })
        {
            clock.Advance(TimeSpan.FromMinutes(minutes));
            await backend.Gateway.CreateMailboxAsync(backend.AliceId, $"new {minutes}", MailboxRole.None, default);
            Assert.StartsWith("* LIST", await client.ReadLineAsync(), StringComparison.Ordinal);
        }
        Assert.StartsWith("* BYE", await client.ReadLineAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("personal (MailboxName)", "* LIST")]
    [InlineData("selected (MessageNew MessageExpunge)", "* 1 EXISTS")]
    public async Task What_happens_while_the_store_is_away_is_told_when_it_is_back(string wish, string told)
    {
        var clock = new ManualClock();
        var backend = await TestBackend.OpenAsync(time: clock);
        var isAway = true;
        var gateway = HookedGateway.Of(
            backend.Gateway,
            (operation, args) =>
                isAway && operation == nameof(IGateway.WatchAsync) && (ulong)args[1]! > 0
                    ? new ValueTask<ulong>(Task.FromException<ulong>(new StoreException("Away")))
                    : null
        );
        var options = new ImapOptions { InactivityTimeout = TimeSpan.FromHours(1000) };
        await using var listener = await ImapServer.ListenAsync(backend, options, gateway);
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("SELECT INBOX");
        await client.DoAsync($"NOTIFY SET ({wish})");

        isAway = false;
        await backend.Gateway.CreateMailboxAsync(backend.AliceId, "new", MailboxRole.None, default);
        await backend.ReceiveAsync(ImapServer.Plain(1), TestBackend.Alice);
        var line = client.ReadLineAsync();
        await clock.RunAsync(line, options.KeepAlive);
        Assert.StartsWith(told, await line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SUBSCRIBE work", "* LIST (\\HasNoChildren) \"/\" work")]
    [InlineData("RENAME work play", "* LIST (\\HasNoChildren) \"/\" work (\"OLDNAME\" (play))")]
    [InlineData("CREATE new", "* LIST (\\NonExistent) \"/\" new")]
    public async Task What_another_session_takes_back_at_once_is_told_all_the_same(string command, string told)
    {
        var backend = await TestBackend.OpenAsync();
        var account = backend.AliceId;
        var work = (await backend.Gateway.CreateMailboxAsync(account, "work", MailboxRole.None, default)).Value!.Id;
        await backend.Gateway.SubscribeAsync(account, work, false, default);
        var look = new TaskCompletionSource();
        async Task<ulong> HeldAsync(ulong since)
        {
            await look.Task;
            return await backend.Gateway.WatchAsync(account, since, default);
        }
        var gateway = HookedGateway.Of(
            backend.Gateway,
            (operation, args) =>
                operation == nameof(IGateway.WatchAsync) && (ulong)args[1]! > 0
                    ? new ValueTask<ulong>(HeldAsync((ulong)args[1]!))
                    : null
        );
        await using var listener = await ImapServer.ListenAsync(backend, gateway: gateway);
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("NOTIFY SET (personal (MailboxName SubscriptionChange))");
        await client.DoAsync(command);

        await backend.Gateway.SubscribeAsync(account, work, false, default);
        await backend.Gateway.RenameMailboxAsync(account, work, "work", default);
        var made = (await backend.Gateway.ListMailboxesAsync(account, default)).FirstOrDefault(one =>
            one.Name == "new"
        );
        if (made is not null)
            await backend.Gateway.DeleteMailboxAsync(account, made.Id, default);
        look.SetResult();
        Assert.StartsWith(told, await client.AskAsync("NOOP"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watches_of_many_others_begin_a_few_at_a_time()
    {
        const int sharers = 20;
        var backend = await ShareAsync(await TestBackend.OpenAsync(), sharers);
        var (held, came) = (new ConcurrentQueue<TaskCompletionSource>(), new SemaphoreSlim(0));
        async Task<ulong> HeldAsync(object?[] args)
        {
            var one = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            held.Enqueue(one);
            came.Release();
            await one.Task;
            return await backend.Gateway.WatchAsync((AccountId)args[0]!, 0, default);
        }
        var gateway = HookedGateway.Of(
            backend.Gateway,
            (operation, args) =>
                operation == nameof(IGateway.WatchAsync)
                && (AccountId)args[0]! != backend.AliceId
                && (ulong)args[1]! == 0
                    ? new ValueTask<ulong>(HeldAsync(args))
                    : null
        );
        await using var listener = await ImapServer.ListenAsync(backend, gateway: gateway);
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("NOTIFY SET (subtree \"Other Users\" (MailboxName))");
        Assert.Equal(8, held.Count);
        for (var begun = 0; begun < sharers; begun++)
        {
            await came.WaitAsync();
            Assert.InRange(held.Count, 1, 8);
            Assert.True(held.TryDequeue(out var one));
            one.SetResult();
        }
        var last = await backend.AccountAsync(Sharer(sharers - 1));
        await backend.Gateway.RenameMailboxAsync(last, await WorkAsync(backend, last), "done", default);
        Assert.Contains($"{Sharer(sharers - 1)}/done", await client.ReadLineAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_happens_in_ones_own_mailboxes_has_nobody_elses_listed()
    {
        const int sharers = 30;
        var rows = new CountingRows(new MemoryRows());
        var options = new StoreOptions { SoleOwner = false };
        var backend = await ShareAsync(await TestBackend.OpenAsync(rows, options: options), sharers);
        await using var listener = await ImapServer.ListenAsync(backend);
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("NOTIFY SET (subtree \"Other Users\" (MailboxName)) (personal (MailboxName))");
        // All that was new has been looked at when a change of the last one is told.
        foreach (var i in Enumerable.Range(0, sharers))
        {
            var sharer = await backend.AccountAsync(Sharer(i));
            await backend.Gateway.RenameMailboxAsync(sharer, await WorkAsync(backend, sharer), "done", default);
            Assert.Contains($"{Sharer(i)}/done", await client.ReadLineAsync(), StringComparison.Ordinal);
        }
        rows.Reset();
        await backend.Gateway.CreateMailboxAsync(backend.AliceId, "new", MailboxRole.None, default);
        Assert.Equal("* LIST (\\HasNoChildren) \"/\" new", await client.ReadLineAsync());
        Assert.InRange(rows.Reads, 0, sharers - 1);
    }

    [Fact]
    public async Task Who_never_answers_keeps_nobody_from_being_listened_to()
    {
        const int sharers = 20;
        var clock = new ManualClock();
        var backend = await ShareAsync(await TestBackend.OpenAsync(time: clock), sharers);
        var hung = new ConcurrentDictionary<AccountId, TaskCompletionSource>();
        async Task<ulong> HungAsync(AccountId account, TaskCompletionSource answer)
        {
            await answer.Task;
            return await backend.Gateway.WatchAsync(account, 0, default);
        }
        var gateway = HookedGateway.Of(
            backend.Gateway,
            (operation, args) =>
                operation == nameof(IGateway.WatchAsync)
                && (AccountId)args[0]! is var account
                && account != backend.AliceId
                && (ulong)args[1]! == 0
                && (hung.Count < 8 ? hung.GetOrAdd(account, _ => new()) : hung.GetValueOrDefault(account)) is { } answer
                    ? new ValueTask<ulong>(HungAsync(account, answer))
                    : null
        );
        var options = new ImapOptions { InactivityTimeout = TimeSpan.FromHours(1000) };
        await using var listener = await ImapServer.ListenAsync(backend, options, gateway);
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("NOTIFY SET (subtree \"Other Users\" (MailboxName))");
        Assert.Equal(8, hung.Count);

        var (heard, deaf) = (new List<string>(), new List<string>());
        foreach (var address in Enumerable.Range(0, sharers).Select(Sharer))
            (hung.ContainsKey(await backend.AccountAsync(address)) ? deaf : heard).Add(address);
        await RenameAsync(heard);
        await ToldAsync(heard);
        // Who answers after all is listened to.
        await RenameAsync(deaf);
        foreach (var answer in hung.Values)
            answer.SetResult();
        await ToldAsync(deaf);

        async Task RenameAsync(List<string> addresses)
        {
            foreach (var address in addresses)
            {
                var account = await backend.AccountAsync(address);
                await backend.Gateway.RenameMailboxAsync(account, await WorkAsync(backend, account), "done", default);
            }
        }
        async Task ToldAsync(List<string> addresses)
        {
            var left = addresses.Select(address => $"Other Users/{address}/done").ToHashSet();
            while (left.Count > 0)
            {
                var line = client.ReadLineAsync();
                await clock.RunAsync(line, TimeSpan.FromSeconds(1));
                var told = (await line)!;
                Assert.Equal(1, left.RemoveWhere(name => told.Contains(name, StringComparison.Ordinal)));
            }
        }
    }

    static string Sharer(int number) => $"sharer{number:00}@example.test";

    static async Task<MailboxId> WorkAsync(TestBackend backend, AccountId account) =>
        (await backend.MailboxAsync(account, "work")).Id;

    /// <summary>So many others share a mailbox with alice.</summary>
    static async Task<TestBackend> ShareAsync(TestBackend backend, int sharers)
    {
        foreach (var address in Enumerable.Range(0, sharers).Select(Sharer))
        {
            await backend.AddUserAsync(address);
            var account = await backend.AccountAsync(address);
            await backend.Gateway.CreateMailboxAsync(account, "work", MailboxRole.None, default);
            await backend.ShareAsync(address, "work", TestBackend.Alice, "lr");
        }
        return backend;
    }
}
