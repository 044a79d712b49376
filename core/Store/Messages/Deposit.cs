using Cloud.Store.Mailboxes;

namespace Cloud.Store.Messages;

/// <summary>A message that is to be put into an account, which owns the blob from then on.</summary>
/// <param name="Size">Octets of the blob.</param>
/// <param name="Index">A packed <see cref="Mail.MessageIndex"/>.</param>
/// <param name="Received">INTERNALDATE, seconds since 1970 UTC.</param>
sealed record Deposit(
    TransactionId Transaction,
    string Blob,
    long Size,
    ReadOnlyMemory<byte> Sha256,
    ReadOnlyMemory<byte> Index,
    long Received
)
{
    /// <inheritdoc cref="Email.DeliveryFields"/>
    public ReadOnlyMemory<byte> DeliveryFields { get; init; }

    /// <summary>Filed into the mailbox of this role where there is one, and it is not <see cref="MailboxRole.None"/>.</summary>
    public MailboxRole Role { get; init; }

    /// <summary>Of an import: it is not put there a second time. Null for what comes by itself.</summary>
    public ImportKey? Import { get; init; }

    /// <summary>Copied from another account: it is put there, even beside one of the same Message-ID in Sent.</summary>
    public bool IsCopy { get; init; }

    /// <summary>The reader of another's mailbox who has seen it already: the owner has not. Null for nobody.</summary>
    public AccountId? SeenBy { get; init; }

    /// <summary>Whose APPEND it is: the owner's account or a reader's. Null for what comes otherwise.</summary>
    public AccountId? AppendedBy { get; init; }

    /// <summary>Why it is there: kept in the log with the change; empty for nothing.</summary>
    public ReadOnlyMemory<byte> Trace { get; init; }
}

enum DepositStatus
{
    Done,

    /// <summary>The transaction was done before; what it made then is the answer.</summary>
    Repeated,

    /// <summary>Sent has the message already, by the client or by the server; or an import has brought it before.</summary>
    Present,
    NoMailbox,

    /// <summary>An earlier try filed it, and the user has removed it since.</summary>
    Removed,

    /// <summary>Its blob is gone, and the log does not say that the user removed the message. Nothing is filed.</summary>
    BytesMissing,
    OverQuota,
    TooManyKeywords,
}

/// <param name="Uid">0 when the repeated transaction's message has left the mailbox since.</param>
readonly record struct DepositResult(DepositStatus Status, uint UidValidity, uint Uid, ulong Revision);
