using Cloud.Flow.Door;
using Cloud.Store;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;

namespace Cloud.Sim;

enum Answer
{
    /// <summary>None came, or one that leaves the outcome open.</summary>
    Unknown,

    /// <summary>250, or OK to APPEND.</summary>
    Kept,

    /// <summary>451: it is to be sent again.</summary>
    Deferred,

    /// <summary>550, or NO to APPEND.</summary>
    Refused,
}

/// <summary>One hand-over of a letter, under a transaction of its own.</summary>
/// <param name="Accounts">Whom it is for; empty when none of them exists.</param>
/// <param name="Evidence">What the door found out about it; null for mail that nobody judges.</param>
sealed record Attempt(
    TransactionId Transaction,
    byte[] Content,
    IReadOnlyList<AccountId> Accounts,
    Evidence? Evidence = null
)
{
    static readonly AsyncLocal<Attempt?> Now = new();

    /// <summary>On whose behalf the store is being asked.</summary>
    public static Attempt? Current
    {
        get => Now.Value;
        set => Now.Value = value;
    }

    public Answer Answer { get; set; }

    /// <summary>The store failed at it in a way that may have left something done.</summary>
    public bool IsUncertain { get; set; }
}

/// <summary>A message in a mailbox, as some session has seen it or was told of it.</summary>
sealed class Place(EmailId email)
{
    public EmailId Email => email;

    /// <summary>A user asked for its removal: the message may be gone for good.</summary>
    public bool RemovalAsked { get; set; }

    /// <summary>A user asked for its move to another place.</summary>
    public bool MoveAsked { get; set; }

    /// <summary>The revision of which a user was told that it is not here any more.</summary>
    public ulong GoneAt { get; set; } = ulong.MaxValue;

    public KnownFlags Flags { get; } = new();
}

/// <summary>All that the peers know: what they sent, saw and were told. The store has to agree with it.</summary>
sealed class Ledger
{
    readonly Dictionary<(AccountId, EmailId), int> copies = [];
    readonly Dictionary<(AccountId, MailboxId), (uint UidNext, HashSet<uint> Uids)> calm = [];

    public Dictionary<TransactionId, Attempt> Attempts { get; } = [];

    public Dictionary<(AccountId Account, MailboxId Mailbox, uint Uid), Place> Places { get; } = [];

    public Attempt Begin(
        TransactionId transaction,
        byte[] content,
        IReadOnlyList<AccountId> accounts,
        Evidence? evidence = null
    )
    {
        var attempt = new Attempt(transaction, content, accounts, evidence);
        Attempts.Add(transaction, attempt);
        return attempt;
    }

    /// <summary>Notes entries that a session was shown, as of a revision.</summary>
    public void See(AccountId account, MailboxId mailbox, ulong revision, IEnumerable<MessageEntry> entries)
    {
        foreach (var entry in entries)
        {
            var place = Known(account, mailbox, entry.Uid, entry.Email);
            Assert.False(revision >= place.GoneAt, $"UID {entry.Uid} of mailbox {mailbox} came back");
        }
    }

    /// <summary>A place with its message: a UID never stands for another.</summary>
    public Place Known(AccountId account, MailboxId mailbox, uint uid, EmailId email)
    {
        if (!Places.TryGetValue((account, mailbox, uid), out var place))
            Places.Add((account, mailbox, uid), place = new(email));
        Assert.True(place.Email == email, $"UID {uid} of mailbox {mailbox} was given twice");
        return place;
    }

    /// <summary>New messages have UIDs from the UIDNEXT on that was there when the store was calm last.</summary>
    public void Rise(AccountId account, Mailbox mailbox, IEnumerable<uint> uids)
    {
        var (next, known) = calm.GetValueOrDefault((account, mailbox.Id), (1u, []));
        var present = uids.ToHashSet();
        Assert.True(mailbox.UidNext >= next, "UIDNEXT fell");
        Assert.All(present.Except(known), uid => Assert.True(uid >= next, $"UID {uid} came late"));
        calm[(account, mailbox.Id)] = (mailbox.UidNext, present);
    }

    public void AskCopy(AccountId account, EmailId email) => copies[(account, email)] = CopiesAsked(account, email) + 1;

    public int CopiesAsked(AccountId account, EmailId email) => copies.GetValueOrDefault((account, email));

    /// <summary>Whether a user may have removed the message that a transaction brought.</summary>
    public bool MayBeRemoved(AccountId account, TransactionId transaction)
    {
        // Transactions with the same number take the next ones.
        var first = EmailId.From(transaction).Value;
        return Places.Any(place =>
            place.Key.Account == account
            && place.Value.RemovalAsked
            && place.Value.Email.Value >= first
            && place.Value.Email.Value < first + 3
        );
    }
}

/// <summary>The flags a message must have, as far as that can be told while several sessions change them.</summary>
sealed class KnownFlags
{
    int writers;
    bool overlaps;
    bool isLost;

    /// <summary>Null when it cannot be told.</summary>
    public MessageFlags? Value { get; private set; }

    public void Begin()
    {
        Value = null;
        overlaps = writers++ > 0;
    }

    /// <param name="flags">As the answer told them; null when it did not.</param>
    public void End(MessageFlags? flags)
    {
        writers--;
        if (!overlaps && !isLost)
            Value = flags;
        overlaps = writers > 0;
    }

    /// <summary>No answer: the change may be made at any time, or never.</summary>
    public void Lose()
    {
        isLost = true;
        End(null);
    }
}
