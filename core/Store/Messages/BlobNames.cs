using System.Globalization;

namespace Cloud.Store.Messages;

/// <summary>Names of message blobs: <c>{2 hex digits}/{transaction}</c>, and <c>-n</c> for the n-th copy.</summary>
/// <remarks>The random octet in front spreads them over the service's partitions. To change it is a migration.</remarks>
static class BlobNames
{
    public static string Of(TransactionId transaction, int copy = 0) =>
        copy == 0
            ? $"{(byte)transaction.Random:x2}/{transaction}"
            : string.Create(CultureInfo.InvariantCulture, $"{(byte)transaction.Random:x2}/{transaction}-{copy}");
}
