namespace Cloud.Store.Messages;

/// <summary>Names of message blobs: <c>{2 hex digits}/{transaction}</c>, and <c>-{account}</c> for an account's copy.</summary>
/// <remarks>
/// The random octet in front spreads them over the service's partitions. A copy bears its account's name, so that no two
/// accounts can come to own one, whatever becomes of an alias between two tries. To change it is a migration.
/// </remarks>
static class BlobNames
{
    /// <summary>How long an upload may take: well within <see cref="OrphanAge"/>, so that nothing half done looks old.</summary>
    public static readonly TimeSpan UploadAge = TimeSpan.FromHours(12);

    /// <summary>How old a transaction may be when its message is put into an account for the first time.</summary>
    public static readonly TimeSpan HandOverAge = TimeSpan.FromHours(24);

    /// <summary>
    /// A blob that no row and no queue names is taken for lost when its transaction began so long ago: longer than an
    /// upload with the hand-over behind it, and the clocks' differences.
    /// </summary>
    public static readonly TimeSpan OrphanAge = TimeSpan.FromHours(48);

    /// <summary>What was uploaded.</summary>
    public static string Of(TransactionId transaction) => $"{(byte)transaction.Random:x2}/{transaction}";

    /// <summary>The copy of an account.</summary>
    public static string Of(TransactionId transaction, AccountId account) => $"{Of(transaction)}-{account}";

    /// <returns>Null when it is not the name of a message.</returns>
    public static BlobName? TryParse(string name)
    {
        const int length = 3 + 27;
        if (name.Length < length || TransactionId.TryParse(name.AsSpan(3, 27)) is not { } transaction)
            return null;
        var isOurs =
            name.StartsWith(Of(transaction), StringComparison.Ordinal)
            && (name.Length == length || (name[length] == '-' && name.Length > length + 1));
        return isOurs ? new(name, transaction) : null;
    }

    /// <summary>The first digit of the blob's name, 0 to 15, of a message that has its own number.</summary>
    public static int FirstDigit(EmailId email) => (byte)email.Value >> 4;
}

/// <param name="Transaction">That brought the message.</param>
readonly record struct BlobName(string Text, TransactionId Transaction)
{
    /// <summary>The number that the message has, or one of the next.</summary>
    public EmailId Email => EmailId.From(Transaction);
}
