using System.Security.Cryptography;
using Cloud.Api.Gateway;
using Cloud.Flow.Inbound;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;
using Cloud.Store.Search;

namespace Cloud.Tests.Listener.Smtp;

/// <summary>A gateway of plain data: who is known, what was kept, and what goes wrong.</summary>
sealed class PlainGateway : IGateway, IAsyncDisposable
{
    static readonly byte[] Salt = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];

    public static readonly AccountId Alice = new("alice");

    public HashSet<string> Mailboxes { get; } =
    ["alice@example.test", "bob@example.test", "postmaster@example.test", "full@example.test", "grün@example.test"];

    public List<(MailEnvelope Envelope, Peer Peer, AccountId? Sender, byte[] Bytes)> Kept { get; } = [];

    /// <summary>Uploads begun and neither kept nor disposed of.</summary>
    public int OpenUploads { get; private set; }

    public int Abandoned { get; private set; }

    /// <summary>Thrown at: begin, write, complete, receive, abandon, recipient.</summary>
    public Dictionary<string, StoreException> Faults { get; } = [];

    public ReceiveResult Verdict { get; init; } = new(ReceiveStatus.Accepted, "");

    /// <summary>When false, only sizes are kept.</summary>
    public bool KeepBytes { get; init; } = true;

    public ValueTask DisposeAsync()
    {
        Assert.Equal(0, OpenUploads);
        return ValueTask.CompletedTask;
    }

    public ValueTask<AuthenticateResult> AuthenticateAsync(AuthenticateRequest request, CancellationToken cancel) =>
        new(
            request switch
            {
                { Login: "locked@example.test" } => AuthenticateResult.Refused(
                    AuthenticateStatus.LockedOut,
                    TimeSpan.FromMinutes(1)
                ),
                { Login: "alice@example.test", Password: "secret" } => Alices(default),
                _ => AuthenticateResult.Refused(AuthenticateStatus.WrongCredentials),
            }
        );

    public ValueTask<ScramParameters> StartScramAsync(string login, CancellationToken cancel) =>
        new(new ScramParameters(Salt, 4096));

    public ValueTask<AuthenticateResult> FinishScramAsync(ScramProof proof, CancellationToken cancel) =>
        new(Alices(new byte[32]));

    public ValueTask<RecipientVerdict> CheckRecipientAsync(CheckRecipientRequest request, CancellationToken cancel)
    {
        Fail("recipient");
        if (request.To.Local == "full")
            return new(RecipientVerdict.OverQuota);
        if (Mailboxes.Contains(request.To.WithoutDetail.Key))
            return new(RecipientVerdict.Ok);
        if (request.Authenticated is not null)
            return new(RecipientVerdict.Ok);
        var isLocal = EmailAddress.CanonicalDomain(request.To.Domain) == "example.test";
        return new(isLocal ? RecipientVerdict.NoSuchUser : RecipientVerdict.NotLocal);
    }

    public ValueTask<MessageUpload> BeginUploadAsync(TransactionId transaction, CancellationToken cancel)
    {
        Fail("begin");
        OpenUploads++;
        return new(new Upload(this));
    }

    public ValueTask<ReceiveResult> ReceiveAsync(ReceiveRequest request, CancellationToken cancel) =>
        new(Take(request.Envelope, request.Peer, null, request.Message));

    public ValueTask<ReceiveResult> SubmitAsync(SubmitRequest request, CancellationToken cancel)
    {
        if (request.Envelope.From?.Key != "alice@example.test")
            return new(new ReceiveResult(ReceiveStatus.Rejected, "Not an address of yours"));
        return new(Take(request.Envelope, request.Peer, request.Sender, request.Message));
    }

    ReceiveResult Take(MailEnvelope envelope, Peer peer, AccountId? sender, UploadedMessage message)
    {
        Fail("receive");
        if (Verdict.Status == ReceiveStatus.Accepted)
            Kept.Add((envelope, peer, sender, message.Index.ToArray()));
        return Verdict;
    }

    static AuthenticateResult Alices(byte[]? signature) =>
        new(AuthenticateStatus.Ok, Alice, "alice@example.test", TimeSpan.Zero, signature);

    void Fail(string where)
    {
        if (Faults.TryGetValue(where, out var fault))
            throw fault;
    }

    /// <summary>The bytes travel in the index's place.</summary>
    sealed class Upload(PlainGateway gateway) : MessageUpload
    {
        readonly MemoryStream bytes = new();
        long size;
        bool open = true;

        public override long Size => size;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancel)
        {
            Assert.True(open);
            gateway.Fail("write");
            size += octets.Length;
            if (gateway.KeepBytes)
                bytes.Write(octets.Span);
            return ValueTask.CompletedTask;
        }

        public override ValueTask<UploadedMessage> CompleteAsync(CancellationToken cancel)
        {
            gateway.Fail("complete");
            var whole = bytes.ToArray();
            return new(new UploadedMessage("blob", size, SHA256.HashData(whole), whole));
        }

        public override ValueTask AbandonAsync(CancellationToken cancel)
        {
            gateway.Abandoned++;
            gateway.Fail("abandon");
            return ValueTask.CompletedTask;
        }

        public override ValueTask DisposeAsync()
        {
            if (open)
                gateway.OpenUploads--;
            open = false;
            return ValueTask.CompletedTask;
        }
    }

    public ValueTask<Result<AppendResult>> AppendAsync(AppendRequest request, CancellationToken cancel) =>
        throw new NotSupportedException();

    public ValueTask<IReadOnlyList<Mailbox>> ListMailboxesAsync(AccountId account, CancellationToken cancel) =>
        throw new NotSupportedException();

    public ValueTask<Result<Mailbox>> CreateMailboxAsync(
        AccountId account,
        string name,
        MailboxRole role,
        CancellationToken cancel
    ) => throw new NotSupportedException();

    public ValueTask<Result> DeleteMailboxAsync(AccountId account, MailboxId mailbox, CancellationToken cancel) =>
        throw new NotSupportedException();

    public ValueTask<Result> RenameMailboxAsync(
        AccountId account,
        MailboxId mailbox,
        string name,
        CancellationToken cancel
    ) => throw new NotSupportedException();

    public ValueTask<Result> SubscribeAsync(
        AccountId account,
        MailboxId mailbox,
        bool subscribed,
        CancellationToken cancel
    ) => throw new NotSupportedException();

    public ValueTask<MailboxView?> OpenAsync(
        AccountId account,
        MailboxId mailbox,
        bool claimRecent,
        CancellationToken cancel
    ) => throw new NotSupportedException();

    public ValueTask<MailboxChanges?> SyncAsync(
        AccountId account,
        MailboxId mailbox,
        ulong since,
        bool claimRecent,
        CancellationToken cancel
    ) => throw new NotSupportedException();

    public ValueTask<ulong> WatchAsync(AccountId account, ulong since, CancellationToken cancel) =>
        throw new NotSupportedException();

    public ValueTask<IReadOnlyList<Email>> FetchAsync(
        AccountId account,
        IReadOnlyList<EmailId> emails,
        CancellationToken cancel
    ) => throw new NotSupportedException();

    public ValueTask<Stream?> ReadAsync(
        AccountId account,
        Email email,
        long offset,
        long? length,
        CancellationToken cancel
    ) => throw new NotSupportedException();

    public ValueTask<Result<StoreFlagsResult>> StoreFlagsAsync(StoreFlagsRequest request, CancellationToken cancel) =>
        throw new NotSupportedException();

    public ValueTask<Result<CopyResult>> CopyAsync(CopyRequest request, CancellationToken cancel) =>
        throw new NotSupportedException();

    public ValueTask<Result<CopyResult>> MoveAsync(CopyRequest request, CancellationToken cancel) =>
        throw new NotSupportedException();

    public ValueTask<Result<ExpungeResult>> ExpungeAsync(
        AccountId account,
        MailboxId mailbox,
        UidSet uids,
        bool onlyDeleted,
        CancellationToken cancel
    ) => throw new NotSupportedException();

    public ValueTask<Result<UidSet>> SearchAsync(SearchRequest request, CancellationToken cancel) =>
        throw new NotSupportedException();

    public ValueTask<IAsyncDisposable?> LockMaildropAsync(AccountId account, CancellationToken cancel) =>
        throw new NotSupportedException();
}
