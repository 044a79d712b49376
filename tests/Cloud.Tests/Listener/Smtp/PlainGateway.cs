using System.Security.Cryptography;
using Cloud.Api.Gateway;
using Cloud.Flow.Inbound;
using Cloud.Flow.Submission;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;
using Cloud.Store.Search;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Listener.Smtp;

/// <summary>A gateway of plain data: who is known, what was kept, and what goes wrong.</summary>
sealed class PlainGateway : UnaskedGateway, IAsyncDisposable
{
    static readonly byte[] Salt = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];

    public static readonly AccountId Alice = new("alice");

    readonly TaskCompletionSource hasTaken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    long taken;
    int openUploads;
    int abandoned;

    public HashSet<string> Mailboxes { get; } =
    ["alice@example.test", "bob@example.test", "postmaster@example.test", "full@example.test", "grün@example.test"];

    public List<(MailEnvelope Envelope, Peer Peer, byte[] Bytes)> Kept { get; } = [];

    public List<CheckRecipientRequest> Checked { get; } = [];

    public List<(SubmitRequest Request, byte[] Bytes)> Submitted { get; } = [];

    /// <summary>After so many the sender has sent too much.</summary>
    public int MaxSubmitted { get; init; } = int.MaxValue;

    /// <summary>Uploads begun and neither kept nor disposed of.</summary>
    public int OpenUploads => openUploads;

    public int Abandoned => abandoned;

    /// <summary>Octets that all uploads together wait for before <see cref="HasTaken"/> ends.</summary>
    public long Awaited { get; init; }

    /// <summary>Ends when uploads were given <see cref="Awaited"/> octets.</summary>
    public Task HasTaken => hasTaken.Task;

    /// <summary>Thrown at: begin, write, complete, receive, abandon, recipient.</summary>
    public Dictionary<string, StoreException> Faults { get; } = [];

    public ReceiveResult Verdict { get; init; } = new(ReceiveStatus.Accepted, "");

    /// <summary>When false, only sizes are kept, and the index is that of an empty message.</summary>
    public bool KeepBytes { get; init; } = true;

    public ValueTask DisposeAsync()
    {
        Assert.Equal(0, OpenUploads);
        return ValueTask.CompletedTask;
    }

    public override ValueTask<AuthenticateResult> AuthenticateAsync(
        AuthenticateRequest request,
        CancellationToken cancel
    ) =>
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

    public override ValueTask<ScramParameters> StartScramAsync(string login, CancellationToken cancel) =>
        new(new ScramParameters(Salt, 4096));

    public override ValueTask<AuthenticateResult> FinishScramAsync(ScramProof proof, CancellationToken cancel) =>
        new(Alices(new byte[32]));

    public override ValueTask<RecipientVerdict> CheckRecipientAsync(
        CheckRecipientRequest request,
        CancellationToken cancel
    )
    {
        Fail("recipient");
        Checked.Add(request);
        if (request.To.Local == "full")
            return new(RecipientVerdict.OverQuota);
        if (request.To.Local == "onemore")
            return new(RecipientVerdict.OverSendLimit);
        if (Mailboxes.Contains(request.To.WithoutDetail.Key))
            return new(RecipientVerdict.Ok);
        if (request.Authenticated is not null)
            return new(request.To.Domain.Contains('.') ? RecipientVerdict.Ok : RecipientVerdict.NotQualified);
        var isLocal = EmailAddress.CanonicalDomain(request.To.Domain) == "example.test";
        return new(isLocal ? RecipientVerdict.NoSuchUser : RecipientVerdict.NotLocal);
    }

    public override ValueTask<MessageUpload> BeginUploadAsync(TransactionId transaction, CancellationToken cancel)
    {
        Fail("begin");
        Interlocked.Increment(ref openUploads);
        return new(new Upload(this));
    }

    public override ValueTask<ReceiveResult> ReceiveAsync(ReceiveRequest request, CancellationToken cancel) =>
        new(Take(request.Envelope, request.Peer, request.Message));

    public override ValueTask<SubmitResult> SubmitAsync(SubmitRequest request, CancellationToken cancel)
    {
        Fail("receive");
        if (request.From?.Key != "alice@example.test")
            return new(new SubmitResult(SubmitStatus.Rejected, "7.1", "Not an address of yours"));
        if (Submitted.Count >= MaxSubmitted)
            return new(new SubmitResult(SubmitStatus.OverLimit, "7.1", "Your limit is reached"));
        Submitted.Add((request, request.Message.Index.ToArray()));
        return new(new SubmitResult(SubmitStatus.Accepted));
    }

    ReceiveResult Take(MailEnvelope envelope, Peer peer, UploadedMessage message)
    {
        Fail("receive");
        if (Verdict.Status == ReceiveStatus.Accepted)
            Kept.Add((envelope, peer, message.Index.ToArray()));
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
            if (Interlocked.Add(ref gateway.taken, octets.Length) >= gateway.Awaited)
                gateway.hasTaken.TrySetResult();
            if (gateway.KeepBytes)
                bytes.Write(octets.Span);
            return ValueTask.CompletedTask;
        }

        public override ValueTask<UploadedMessage> CompleteAsync(CancellationToken cancel)
        {
            gateway.Fail("complete");
            var whole = bytes.ToArray();
            var index = gateway.KeepBytes ? whole : new MessageScanner().Complete().Pack();
            return new(new UploadedMessage("blob", size, SHA256.HashData(whole), index));
        }

        public override ValueTask<Stream> OpenAsync(CancellationToken cancel) =>
            new(new MemoryStream(bytes.ToArray(), writable: false));

        public override ValueTask AbandonAsync(CancellationToken cancel)
        {
            Interlocked.Increment(ref gateway.abandoned);
            gateway.Fail("abandon");
            return ValueTask.CompletedTask;
        }

        public override ValueTask DisposeAsync()
        {
            if (open)
                Interlocked.Decrement(ref gateway.openUploads);
            open = false;
            return ValueTask.CompletedTask;
        }
    }
}
