using System.Security.Cryptography;
using System.Text;
using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Listener.Pop3;

/// <summary>One account's INBOX in memory, and the faults a store may have; what POP3 does not ask for is not here.</summary>
sealed class FakeMail : UnaskedGateway
{
    public const string Login = "alice@example.test";
    public const string Password = "open sesame";

    static readonly byte[] Salt = "salt of the earth"u8.ToArray();
    const int Iterations = 4096;

    readonly SortedDictionary<uint, byte[]> messages = [];
    uint next = 1;
    bool locked;

    /// <summary>Every operation after the login fails.</summary>
    public bool IsBroken { get; set; }

    /// <summary>Octets that a read brings before the store fails; null for all.</summary>
    public int? ReadsOnly { get; set; }

    /// <summary>There a read ends as if there were no more, instead of failing.</summary>
    public bool EndsEarly { get; set; }

    /// <summary>Bytes of a read come in pieces of this size.</summary>
    public int Piece { get; set; } = int.MaxValue;

    public bool IsLockedOut { get; set; }

    public bool RefusesToRemove { get; set; }

    /// <summary>Completed when the maildrop's lock is let go.</summary>
    public TaskCompletionSource Unlocked { get; private set; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyCollection<uint> Uids
    {
        get
        {
            lock (messages)
                return [.. messages.Keys];
        }
    }

    public static FakeMail With(params IEnumerable<string> texts)
    {
        var mail = new FakeMail();
        foreach (var text in texts)
            mail.Add(Encoding.Latin1.GetBytes(text));
        return mail;
    }

    public void Add(byte[] bytes)
    {
        lock (messages)
            messages.Add(next++, bytes);
    }

    public void Remove(uint uid)
    {
        lock (messages)
            messages.Remove(uid);
    }

    public override ValueTask<AuthenticateResult> AuthenticateAsync(
        AuthenticateRequest request,
        CancellationToken cancel
    ) =>
        new(
            IsLockedOut ? AuthenticateResult.Refused(AuthenticateStatus.LockedOut, TimeSpan.FromSeconds(42))
            : request is { Login: Login, Password: Password }
                ? new(AuthenticateStatus.Ok, new AccountId("alice"), Login, default, default)
            : AuthenticateResult.Refused(AuthenticateStatus.WrongCredentials)
        );

    public override ValueTask<ScramParameters> StartScramAsync(string login, CancellationToken cancel) =>
        new(new ScramParameters(Salt, Iterations));

    public override ValueTask<AuthenticateResult> FinishScramAsync(ScramProof proof, CancellationToken cancel)
    {
        var salted = Rfc2898DeriveBytes.Pbkdf2(Password, Salt, Iterations, HashAlgorithmName.SHA256, 32);
        var stored = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        var signature = HMACSHA256.HashData(stored, proof.AuthMessage.Span);
        var key = proof.Proof.ToArray().Zip(signature, (a, b) => (byte)(a ^ b)).ToArray();
        if (!SHA256.HashData(key).AsSpan().SequenceEqual(stored))
            return new(AuthenticateResult.Refused(AuthenticateStatus.WrongCredentials));
        var server = HMACSHA256.HashData(HMACSHA256.HashData(salted, "Server Key"u8), proof.AuthMessage.Span);
        return new(new AuthenticateResult(AuthenticateStatus.Ok, new AccountId("alice"), Login, default, server));
    }

    public override ValueTask<IAsyncDisposable?> LockMaildropAsync(AccountId account, CancellationToken cancel)
    {
        lock (messages)
        {
            if (locked)
                return new((IAsyncDisposable?)null);
            locked = true;
            return new(new Lock(this));
        }
    }

    public override ValueTask<IReadOnlyList<Mailbox>> ListMailboxesAsync(AccountId account, CancellationToken cancel)
    {
        Break();
        return new([Box("Drafts", 2, MailboxRole.Drafts), Box("INBOX", 1, MailboxRole.Inbox)]);
    }

    public override ValueTask<MailboxView?> OpenAsync(
        Access account,
        MailboxId mailbox,
        bool claimRecent,
        CancellationToken cancel
    )
    {
        Break();
        lock (messages)
        {
            var entries = messages.Select(m => new MessageEntry(
                m.Key,
                MessageFlags.None,
                1,
                0,
                new(m.Key),
                m.Value.Length,
                0,
                0
            ));
            return new(new MailboxView(Box("INBOX", 1, MailboxRole.Inbox), 1, EntryPages.Of([.. entries])));
        }
    }

    public override ValueTask<IReadOnlyList<Email>> FetchAsync(
        Access account,
        IReadOnlyList<EmailId> emails,
        CancellationToken cancel
    )
    {
        Break();
        lock (messages)
        {
            var found = emails.Where(id => messages.ContainsKey((uint)id.Value));
            return new([
                .. found.Select(id => new Email(
                    id,
                    default,
                    "",
                    messages[(uint)id.Value].Length,
                    default,
                    default,
                    default
                )),
            ]);
        }
    }

    public override ValueTask<Stream?> ReadAsync(
        Access account,
        Email email,
        long offset,
        long? length,
        ReadBy by,
        CancellationToken cancel
    )
    {
        lock (messages)
            return new(new Pieces(messages[(uint)email.Id.Value], Piece, ReadsOnly, EndsEarly));
    }

    public override ValueTask<Result<ExpungeResult>> ExpungeAsync(
        Access account,
        MailboxId mailbox,
        UidSet uids,
        bool onlyDeleted,
        CancellationToken cancel
    )
    {
        Break();
        if (RefusesToRemove)
            return new(new Result(Refusal.NotFound, "No such mailbox"));
        lock (messages)
        {
            foreach (var uid in messages.Keys.Where(uids.Contains).ToList())
                messages.Remove(uid);
        }
        return new(new ExpungeResult(2, uids));
    }

    void Break()
    {
        if (IsBroken)
            throw new StoreException("The disk is on fire");
    }

    static Mailbox Box(string name, uint id, MailboxRole role) =>
        new(new(id), name, role, true, 1700000000, 1, 1, 1, 0, 0, 0, 0, []);

    sealed class Lock(FakeMail mail) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            lock (mail.messages)
                mail.locked = false;
            mail.Unlocked.TrySetResult();
            return default;
        }
    }

    sealed class Pieces(byte[] bytes, int piece, int? readsOnly, bool endsEarly) : MemoryStream(bytes, writable: false)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position >= readsOnly)
                return endsEarly ? new(0) : throw new StoreException("The disk is on fire");
            return base.ReadAsync(buffer[..Math.Min(buffer.Length, piece)], cancellationToken);
        }
    }
}
