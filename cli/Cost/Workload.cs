using System.Net;
using System.Text;
using Cloud.Api.Gateway;
using Cloud.Cli.Admin;
using Cloud.Cli.Check;
using Cloud.Flow.Inbound;
using Cloud.Flow.Outbound;
using Cloud.Flow.Outbound.Reports;
using Cloud.Listener.Hosting;
using Cloud.Listener.Imap;
using Cloud.Listener.Tls;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Messages;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cloud.Cli.Cost;

/// <summary>Real sessions with a real listener on 127.0.0.1, counted: what each thing that mail does takes of Azure.</summary>
/// <remarks>Each is done once before it is counted, but with instances that have just started.</remarks>
sealed class Workload : IAsyncDisposable
{
    public const string Domain = "cost.test";
    const string Client = "elsewhere.test";

    /// <summary>Messages put into INBOX at once.</summary>
    const int Together = 16;

    /// <summary>Longest wait until everything has been told.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);
    static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    static readonly TimeSpan Day = TimeSpan.FromDays(1);

    readonly CostOptions options;
    readonly CountedStore store;
    readonly ListenerServer listener;
    readonly string password = Passwords.Generate();
    int letters;
    int strangers;

    Workload(CostOptions what, CountedStore opened, ListenerServer started) =>
        (options, store, listener) = (what, opened, started);

    /// <exception cref="StoreException">There is no room for the store.</exception>
    /// <exception cref="IOException">There is no port.</exception>
    public static async Task<Workload> OpenAsync(CostOptions options, CancellationToken cancel)
    {
        var store = await CountedStore.OpenAsync(options.Cold, cancel);
        var workload = new Workload(options, store, Listener(store));
        try
        {
            await workload.listener.StartAsync(cancel);
            return workload;
        }
        catch
        {
            await workload.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="CheckFailedException">A session did not go as it should.</exception>
    public async Task<IReadOnlyList<Scenario>> RunAsync(CancellationToken cancel)
    {
        await FillAsync(cancel);
        var receive = await CountAsync(() => ReceiveAsync("smtp", $"ada@{Client}", cancel), cancel);
        var send = await CountAsync(() => SendAsync(cancel), cancel);
        send = send with { BlobOctets = 0 }; // the blob is removed once the message is sent
        var sync = await SyncAsync(cancel);
        var open = await CountAsync(() => OpenMailboxAsync(cancel), cancel);
        var idle = await IdleAsync(cancel);
        var sweep = await SweepAsync(cancel);
        var timers = await TimersAsync(cancel);
        await JudgedMail.TeachAsync(store, (await InboxAsync(cancel)).Account, cancel);
        var judged = await CountAsync(() => ReceiveAsync(JudgedMail.Port, $"ada@{Client}", cancel), cancel);
        var stranger = await CountAsync(() => WaitAsync(cancel), cancel);
        await store.SubscribeAsync(Domain, cancel);
        var told = await CountAsync(() => TellAsync(cancel), cancel);
        return
        [
            new("receive", "message", "another server hands over a message by SMTP, and it is filed", receive),
            new("judge", "message", "the same, judged, for a user whose filter has learned", judged),
            new("stranger", "message", "the same, put off by the greylist and tried again", stranger),
            new(
                "send",
                "message",
                "a user signs in and submits one, which goes to another server by way of a smarthost",
                send
            ),
            new(
                "sync",
                "message",
                "a client is told in IDLE, fetches header and message, idles on",
                sync.Beyond(receive)
            ),
            new("hook", "message", "an endpoint that asked for it is told of one by a webhook", told.Beyond(judged)),
            new("open", "session", "a client signs in, lists mailboxes, opens INBOX and fetches all flags", open),
            new("idle", "hour", "a client waits in IDLE", idle),
            new("watch", "hour", "a listener looks into its queue, while any client waits", Looks()),
            new("sweep", "day", "what nobody needs is removed: a look each hour, a pass each day", sweep),
            new("timers", "day", "Schedule, Reports and InboundAside look, and find nothing to do", timers),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        await listener.StopAsync(new CancellationToken(canceled: true));
        await listener.DisposeAsync();
        await store.DisposeAsync();
    }

    static ListenerServer Listener(CountedStore store)
    {
        var certificate = TlsCertificate.SelfSigned(["localhost"], TimeProvider.System);
        var anyPort = new IPEndPoint(IPAddress.Loopback, 0);
        var (time, entropy, loggers) = (TimeProvider.System, Entropy.System, NullLoggerFactory.Instance);
        const string hostname = "localhost";
        var fronts = new Fronts(store.Gateway, certificate, time, entropy, loggers) { Hostname = hostname };
        // Its time is the store's, which has been set forward by then: a message of yesterday comes too late.
        var judging = new Fronts(store.Gateway, certificate, store.Clock, entropy, loggers)
        {
            Hostname = hostname,
            Door = JudgedMail.Door(hostname, Client),
        };
        var ports = new Dictionary<string, IPEndPoint?>
        {
            ["smtp"] = anyPort,
            ["submissions"] = anyPort,
            ["imap"] = anyPort,
        };
        var judged = judging.Endpoints(new Dictionary<string, IPEndPoint?> { ["smtp"] = anyPort }).Single();
        return new(
            [.. fronts.Endpoints(ports), judged with { Name = JudgedMail.Port }],
            null,
            new ListenerLimits(),
            certificate,
            time,
            loggers
        );
    }

    async Task FillAsync(CancellationToken cancel)
    {
        await store.Administration.AddDomainAsync(Domain, cancel);
        for (var user = 1; user <= options.Recipients; user++)
            await store.Administration.AddUserAsync(Address(user), password, cancel);
        var (account, inbox) = await InboxAsync(cancel);
        await using var gateway = new LocalGateway(store.Backend);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Together, CancellationToken = cancel };
        await Parallel.ForAsync(
            0,
            options.Mailbox,
            parallel,
            async (number, given) =>
            {
                var transaction = TransactionId.Create(store.Clock, Entropy.System);
                await using var upload = await gateway.BeginUploadAsync(transaction, given);
                await upload.WriteAsync(Encoding.ASCII.GetBytes(Letter.Write(-number, Address(1), 0)), given);
                var message = await upload.CompleteAsync(given);
                var now = store.Clock.GetUtcNow();
                await gateway.AppendAsync(new(transaction, account, inbox, message, MessageFlags.Seen, [], now), given);
            }
        );
    }

    async Task<(AccountId Account, MailboxId Inbox)> InboxAsync(CancellationToken cancel)
    {
        var user = await SignInAsync(cancel);
        var mailboxes = await store.Gateway.ListMailboxesAsync(user.Account, cancel);
        return (user.Account, mailboxes.Single(mailbox => mailbox.Name == "INBOX").Id);
    }

    ValueTask<AuthenticateResult> SignInAsync(CancellationToken cancel) =>
        store.Gateway.AuthenticateAsync(new(Address(1), password, IPAddress.Loopback), cancel);

    /// <param name="run">Gives the octets that clients were sent.</param>
    async Task<Count> CountAsync(Func<Task<long>> run, CancellationToken cancel)
    {
        await run();
        await QuietAsync(cancel);
        store.Reset();
        var sent = await run();
        await QuietAsync(cancel);
        return store.Read(options.Size, sent);
    }

    async Task QuietAsync(CancellationToken cancel)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!store.IsQuiet)
        {
            if (TimeProvider.System.GetElapsedTime(began) > Patience)
                throw new CheckFailedException("the listener does not come to rest");
            await Task.Delay(Glance, TimeProvider.System, cancel);
        }
    }

    async Task<long> ReceiveAsync(string port, string from, CancellationToken cancel)
    {
        await using var client = await ConnectAsync(port, cancel);
        await client.SmtpAsync(null, '2', cancel);
        await client.SmtpAsync($"EHLO {Client}", '2', cancel);
        await HandOverAsync(client, from, Domain, cancel);
        return client.Received;
    }

    /// <summary>A stranger's message is put off for each recipient, and taken when it is tried again.</summary>
    async Task<long> WaitAsync(CancellationToken cancel)
    {
        var from = $"{(char)('a' + strangers++)}@{JudgedMail.Stranger}";
        await using var client = await ConnectAsync(JudgedMail.Port, cancel);
        await client.SmtpAsync(null, '2', cancel);
        await client.SmtpAsync($"EHLO {Client}", '2', cancel);
        await client.SmtpAsync($"MAIL FROM:<{from}>", '2', cancel);
        for (var user = 1; user <= options.Recipients; user++)
            await client.SmtpAsync($"RCPT TO:<{Address(user)}>", '4', cancel);
        await client.SmtpAsync("QUIT", '2', cancel);
        store.Clock.Advance(JudgedMail.Wait);
        return client.Received + await ReceiveAsync(JudgedMail.Port, from, cancel);
    }

    async Task<long> SendAsync(CancellationToken cancel)
    {
        await using var client = await ConnectAsync("submissions", cancel);
        await client.SmtpAsync(null, '2', cancel);
        await client.SmtpAsync($"EHLO {Client}", '2', cancel);
        var credentials = Encoding.ASCII.GetBytes($"\0{Address(1)}\0{password}");
        await client.SmtpAsync($"AUTH PLAIN {Convert.ToBase64String(credentials)}", '2', cancel);
        await HandOverAsync(client, Address(1), OtherServer.Domain, cancel);
        return client.Received + await store.SendAsync(cancel);
    }

    /// <summary>A message is received, and an endpoint told of it.</summary>
    async Task<long> TellAsync(CancellationToken cancel)
    {
        var answers = await ReceiveAsync(JudgedMail.Port, $"ada@{Client}", cancel);
        return answers + await store.TellAsync(cancel);
    }

    async Task HandOverAsync(MailClient client, string from, string domain, CancellationToken cancel)
    {
        await client.SmtpAsync($"MAIL FROM:<{from}>", '2', cancel);
        for (var user = 1; user <= options.Recipients; user++)
            await client.SmtpAsync($"RCPT TO:<{Address(user, domain)}>", '2', cancel);
        await client.SmtpAsync("DATA", '3', cancel);
        await client.SmtpAsync($"{Letter.Write(++letters, from, options.Size)}.", '2', cancel);
        await client.SmtpAsync("QUIT", '2', cancel);
    }

    /// <summary>A message is received, and what a client does that is told of it.</summary>
    async Task<Count> SyncAsync(CancellationToken cancel)
    {
        await using var client = await ConnectAsync("imap", cancel);
        await client.UntilAsync("* OK", cancel);
        await LoginAsync(client, cancel);
        await client.ImapAsync("SELECT INBOX", cancel);
        await client.IdleAsync(cancel);
        await QuietAsync(cancel);
        return await CountAsync(() => TurnAsync(client, cancel), cancel);
    }

    async Task<long> TurnAsync(MailClient client, CancellationToken cancel)
    {
        var before = client.Received;
        var answers = await ReceiveAsync("smtp", $"ada@{Client}", cancel);
        await client.NewMessageAsync(cancel);
        await QuietAsync(cancel);
        await client.ImapAsync("FETCH * (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER])", cancel);
        await client.ImapAsync("FETCH * (UID BODY[])", cancel);
        await QuietAsync(cancel);
        await client.IdleAsync(cancel);
        return answers + client.Received - before;
    }

    async Task<long> OpenMailboxAsync(CancellationToken cancel)
    {
        await using var client = await ConnectAsync("imap", cancel);
        await client.UntilAsync("* OK", cancel);
        await LoginAsync(client, cancel);
        await client.ImapAsync("LIST \"\" *", cancel);
        await client.ImapAsync("SELECT INBOX", cancel);
        await client.ImapAsync("UID FETCH 1:* (FLAGS)", cancel);
        await client.ImapAsync("LOGOUT", cancel);
        return client.Received;
    }

    Task LoginAsync(MailClient client, CancellationToken cancel) =>
        client.ImapAsync($"LOGIN {Address(1)} {password}", cancel);

    /// <summary>
    /// What an idling session asks for in an hour: the account's look, which says whether the login still counts, too, and a
    /// sync with each word to the client.
    /// </summary>
    async Task<Count> IdleAsync(CancellationToken cancel)
    {
        var (account, inbox) = await InboxAsync(cancel);
        using var logout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        _ = store.Gateway.WatchLoginAsync((await SignInAsync(cancel)).Stamp!, logout.Token).AsTask();
        var revision = (await store.Gateway.OpenAsync(account, inbox, claimRecent: true, cancel))!.Revision;
        await LookAsync(account, cancel);
        store.Reset();
        for (var looks = Hour / ListenerWatch.RemoteLook; looks >= 1; looks--)
        {
            store.Clock.Advance(ListenerWatch.RemoteLook);
            await LookAsync(account, cancel);
        }
        for (var words = Hour / new ImapOptions().KeepAlive; words >= 1; words--)
            await store.Gateway.SyncAsync(account, inbox, revision, claimRecent: true, cancel);
        await QuietAsync(cancel);
        await logout.CancelAsync();
        return store.Read(0, 0);
    }

    /// <summary>Registers, as a watch does when it begins and every while after that.</summary>
    async Task LookAsync(AccountId account, CancellationToken cancel)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task waiting = store.Gateway.WatchAsync(account, ulong.MaxValue, enough.Token).AsTask();
        await QuietAsync(cancel);
        await enough.CancelAsync();
        await waiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    static Count Looks() => Count.None with { QueueOperations = (long)(Hour / ListenerWatch.ReadEvery) };

    async Task<Count> SweepAsync(CancellationToken cancel)
    {
        store.Reset();
        for (var hours = 0; hours < 24; hours++)
        {
            await store.App.ExecuteAsync(() => store.Backend.Sweeper.RunAsync(Hour, cancel));
            store.Clock.Advance(Hour);
        }
        return store.Read(0, 0);
    }

    /// <summary>The timers beside the sweep, as their function.json has them.</summary>
    async Task<Count> TimersAsync(CancellationToken cancel)
    {
        store.Reset();
        await using var reports = store.OpenReports();
        for (var passed = TimeSpan.Zero; passed < Day; passed += Schedule.Every)
        {
            await store.App.ExecuteAsync(() => store.Backend.Sending.Schedule.RunAsync(Hour, cancel));
            if (passed.Ticks % DailyReports.Every.Ticks == 0)
                await store.App.ExecuteAsync(() => reports.RunAsync(Hour, cancel));
            if (passed.Ticks % InboundWorker.AsideEvery.Ticks == 0)
                await store.App.ExecuteAsync(() => RetryAsideAsync(cancel));
            store.Clock.Advance(Schedule.Every);
        }
        return store.Read(0, 0);
    }

    async ValueTask<bool> RetryAsideAsync(CancellationToken cancel)
    {
        await store.Backend.Inbound.RetryAsync(_ => { }, cancel);
        return true;
    }

    static string Address(int user, string domain = Domain) => $"u{user}@{domain}";

    Task<MailClient> ConnectAsync(string port, CancellationToken cancel) =>
        MailClient.OpenAsync(
            listener.Endpoints.First(endpoint => endpoint.Name == port).Address,
            port == "submissions",
            cancel
        );
}
