using System.Globalization;

namespace Cloud.Store.Messages;

/// <summary>Names of message blobs: <c>{2 hex digits}/{transaction}</c>, and <c>-n</c> for the n-th copy.</summary>
/// <remarks>The random octet in front spreads them over the service's partitions. To change it is a migration.</remarks>
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

    public static string Of(TransactionId transaction, int copy = 0) =>
        copy == 0
            ? $"{(byte)transaction.Random:x2}/{transaction}"
            : string.Create(CultureInfo.InvariantCulture, $"{(byte)transaction.Random:x2}/{transaction}-{copy}");

    /// <returns>Null when it is not the name of a message.</returns>
    public static BlobName? TryParse(string name)
    {
        const int length = 3 + 27;
        if (name.Length < length || TransactionId.TryParse(name.AsSpan(3, 27)) is not { } transaction)
            return null;
        var copy = 0;
        if (
            name.Length > length
            && !int.TryParse(name.AsSpan(length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out copy)
        )
            return null;
        return Of(transaction, copy) == name ? new(name, transaction) : null;
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
