using System.Net;
using System.Text;
using Cloud.Api.Admin;
using Cloud.Api.Gateway;
using Cloud.Api.Gateway.OAuth;
using Cloud.Flow.Inbound;
using Cloud.Flow.Outbound;
using Cloud.Flow.Submission;
using Cloud.Flow.Trace;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Directory;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Tests.Fakes;

/// <summary>A gateway on memory, with domain <c>example.test</c>, alice and bob, and short ways to ask it.</summary>
public sealed class TestBackend : IAsyncDisposable
{
    public const string Alice = "alice@example.test";
    public const string Bob = "bob@example.test";
    public const string Password = "correct horse";

    static readonly Lazy<Credentials> Credentials = new(() => Passwords.Derive(Password, new SeededEntropy(0))!);

    TestBackend(
        IRows rows,
        IBlobs blobs,
        IQueues queues,
        TimeProvider time,
        Entropy entropy,
        StoreOptions options,
        SubmissionOptions? submission,
        IRelay? relay,
        OutboundOptions? outbound,
        ITokenCheck? tokens
    )
    {
        (Time, Entropy) = (time, entropy);
        Backend = new(rows, blobs, queues, time, entropy, options, null, relay, outbound, submission, tokens: tokens);
        Gateway = new LocalGateway(Backend);
        Admin = new Administration(Backend);
    }

    public Backend Backend { get; }

    public IGateway Gateway { get; private set; }

    /// <summary>The other end of a gateway over HTTP; null in process.</summary>
    public GatewayHop? Hop { get; private set; }

    public Administration Admin { get; }

    public TimeProvider Time { get; }

    public Entropy Entropy { get; }

    public AccountId AliceId { get; private set; }

    public AccountId BobId { get; private set; }

    /// <summary>A store of its own, or a second process on the stores given.</summary>
    public static async Task<TestBackend> OpenAsync(
        IRows? rows = null,
        IBlobs? blobs = null,
        IQueues? queues = null,
        TimeProvider? time = null,
        StoreOptions? options = null,
        ulong seed = 1,
        Hop hop = default,
        SubmissionOptions? submission = null,
        IRelay? relay = null,
        OutboundOptions? outbound = null,
        ITokenCheck? tokens = null
    )
    {
        time ??= new ManualClock();
        blobs ??= new MemoryBlobs();
        queues ??= new MemoryQueues(time);
        options ??= new() { SoleOwner = true };
        var test = new TestBackend(
            rows ?? new MemoryRows(),
            blobs,
            queues,
            time,
            new SeededEntropy(seed),
            hop == default ? options : options with { SoleOwner = false },
            submission,
            relay,
            outbound,
            tokens
        );
        if (hop != default)
        {
            test.Hop = await GatewayHop.StartAsync(test.Backend);
            // The hub of the other end stands for the watch queue, where one process has the store for itself.
            var hub = options.SoleOwner ? test.Backend.Watches : null;
            var claims = hop == Fakes.Hop.Claim;
            test.Gateway = test.Hop.Connect(time, claims ? blobs : null, claims ? queues : null, hub, seed + 1000);
        }
        if (!(await test.Admin.ListDomainsAsync(default)).Contains("example.test"))
        {
            await test.Admin.AddDomainAsync("example.test", default);
            await test.AddUserAsync(Alice);
            await test.AddUserAsync(Bob);
        }
        test.AliceId = await test.AccountAsync(Alice);
        test.BobId = await test.AccountAsync(Bob);
        return test;
    }

    /// <summary>As the administration does it, but for the price of one derivation in all tests.</summary>
    public async Task AddUserAsync(string address)
    {
        var account = await AccountBirth.CreateAsync(Backend.Accounts, default);
        var user = DirectoryRows.ToRow(new(address, account, Credentials.Value, Removing: false));
        var transaction = new RowTransaction(DirectoryRows.Partition).Insert(DirectoryRows.User(address), user);
        Assert.True((await Backend.Directory.CommitAsync(transaction)).Committed);
    }

    /// <summary>An owner lets somebody do something with a mailbox.</summary>
    public async Task ShareAsync(string owner, string mailbox, string identifier, string rights)
    {
        var account = await AccountAsync(owner);
        var id = (await MailboxAsync(account, mailbox)).Id;
        var granted = RightsText.Parse(rights)!.Value;
        var request = new ChangeAclRequest(account, owner, id, identifier, FlagAction.Replace, granted);
        Assert.Equal(Refusal.None, (await Gateway.ChangeAclAsync(request, default)).Refusal);
    }

    public async Task<AccountId> AccountAsync(string address) =>
        (await Backend.Directory.FindUserAsync(address, default))!.Account;

    public TransactionId NewTransaction() => TransactionId.Create(Time, Entropy);

    public async Task<UploadedMessage> UploadAsync(TransactionId transaction, string text)
    {
        await using var upload = await Gateway.BeginUploadAsync(transaction, default);
        await upload.WriteAsync(Encoding.UTF8.GetBytes(text), default);
        return await upload.CompleteAsync(default);
    }

    public async Task<ReceiveResult> ReceiveAsync(string text, params string[] recipients)
    {
        var transaction = NewTransaction();
        await using var upload = await Gateway.BeginUploadAsync(transaction, default);
        await upload.WriteAsync(Encoding.UTF8.GetBytes(text), default);
        var message = await upload.CompleteAsync(default);
        return await Gateway.ReceiveAsync(Request(transaction, message, recipients), default);
    }

    /// <summary>Alice hands a message over, as the fronts do it.</summary>
    public async Task<SubmitResult> SubmitAsync(string text, string? from, params string[] recipients) =>
        await Gateway.SubmitAsync(await PrepareAsync(text, from, recipients), default);

    /// <summary>Prepares and uploads a message of alice's.</summary>
    public async Task<SubmitRequest> PrepareAsync(string text, string? from, params string[] recipients)
    {
        var transaction = NewTransaction();
        var path = from is null ? null : EmailAddress.TryParse(from)!;
        using var preparation = new MessagePreparation(transaction, path, "", Time.GetUtcNow());
        await using var upload = await Gateway.BeginUploadAsync(transaction, default);
        foreach (var piece in preparation.Write(Encoding.UTF8.GetBytes(text)))
            await upload.WriteAsync(piece, default);
        foreach (var piece in preparation.Complete())
            await upload.WriteAsync(piece, default);
        return new(
            transaction,
            AliceId,
            path,
            [.. recipients.Select(to => new OutboundRecipient(EmailAddress.TryParse(to)!))],
            await upload.CompleteAsync(default),
            preparation.Content
        );
    }

    public static ReceiveRequest Request(
        TransactionId transaction,
        UploadedMessage message,
        params string[] recipients
    ) => new(transaction, new(IPAddress.Loopback, "peer.test", null), Envelope(recipients), message, null);

    public static MailEnvelope Envelope(params string[] recipients) =>
        new(
            EmailAddress.TryParse("sender@elsewhere.test"),
            [.. recipients.Select(to => new Recipient(EmailAddress.TryParse(to)!, null, null))],
            null,
            null,
            false,
            false
        );

    public async Task<Mailbox> MailboxAsync(AccountId account, string name) =>
        (await Gateway.ListMailboxesAsync(account, default)).Single(mailbox => mailbox.Name == name);

    public async Task<MailboxView> OpenAsync(AccountId account, string name = "INBOX") =>
        (await Gateway.OpenAsync(account, (await MailboxAsync(account, name)).Id, false, default))!;

    public async Task<Result<AppendResult>> AppendAsync(
        AccountId account,
        string mailbox,
        string text,
        MessageFlags flags = MessageFlags.None,
        params string[] keywords
    )
    {
        var transaction = NewTransaction();
        var message = await UploadAsync(transaction, text);
        var target = (await MailboxAsync(account, mailbox)).Id;
        return await Gateway.AppendAsync(
            new(transaction, account, target, message, flags, keywords, Time.GetUtcNow()),
            default
        );
    }

    public async Task<string?> ReadAsync(AccountId account, EmailId id)
    {
        if (await Gateway.FetchAsync(account, [id], default) is not [var email])
            return null;
        await using var stream = await Gateway.ReadAsync(account, email, 0, null, ReadBy.Imap, default);
        return stream is null ? null : await new StreamReader(stream, Encoding.UTF8).ReadToEndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Gateway is IAsyncDisposable gateway)
            await gateway.DisposeAsync();
        if (Hop is not null)
            await Hop.DisposeAsync();
    }

    /// <summary>What a user may hear of a message, a line a step.</summary>
    /// <returns>Null where that is nothing.</returns>
    public async Task<IReadOnlyList<string>?> TraceAsync(string user, string id)
    {
        var transaction = TransactionId.TryParse(id)!.Value;
        var report = await Backend.Traces.ShowAsync(transaction, TraceScope.User(user), default);
        return report?.Steps.Select(step => $"{step.Kind}: {step.Text}").ToList();
    }

    public Task<AuthenticateResult> LoginAsync(string login, string password, string client = "192.0.2.1") =>
        Gateway.AuthenticateAsync(new(login, password, IPAddress.Parse(client)), default).AsTask();
}
