using System.Security.Cryptography;
using Cloud.Store.Ports;

namespace Cloud.Store.Messages;

/// <summary>Rows <c>m!{hash}</c>: which thread a Message-ID belongs to. Found by key only.</summary>
/// <remarks>They outlive their message, so that an answer to a deleted message still joins its thread.</remarks>
static class ThreadRows
{
    /// <summary>The first 128 bits of the id's SHA-256: ids may be of any length and alphabet.</summary>
    public static string Key(ReadOnlySpan<byte> messageId)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(messageId, hash);
        return $"m!{Convert.ToHexStringLower(hash[..16])}";
    }

    public static RowData ToRow(ThreadId thread) => new() { { "Thread", (long)thread.Value } };

    public static ThreadId From(RowData row) => new((ulong)row.Long("Thread"));
}
