using System.Security.Cryptography;
using Cloud.Store.Ports;

namespace Cloud.Store.Messages;

/// <summary>Rows <c>m!{hash}</c>: which thread a Message-ID belongs to. Found by key only.</summary>
/// <remarks>
/// They outlive their message, so that an answer to a deleted message still joins its thread. A second one beside it,
/// <c>m!{hash}!sent</c>, says that the user sent the message: a copy that comes back from a list does not unsay it.
/// </remarks>
static class ThreadRows
{
    /// <summary>How long a message that came gathers answers; two years and a day.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromDays(731);

    public static RowRange Range(AccountId account) => RowRange.Prefix(account.Value, "m!");

    /// <summary>The first 128 bits of the id's SHA-256: ids may be of any length and alphabet.</summary>
    public static string Key(ReadOnlySpan<byte> messageId)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(messageId, hash);
        return $"m!{Convert.ToHexStringLower(hash[..16])}";
    }

    /// <param name="key">Of the message's own row.</param>
    public static string SentKey(string key) => key + "!sent";

    /// <param name="at">When the message came, seconds since 1970 UTC.</param>
    /// <param name="email">The message that bears the Message-ID; the last of several.</param>
    public static RowData ToRow(ThreadId thread, EmailId email, long at) =>
        new()
        {
            { "Thread", (long)thread.Value },
            { "Email", (long)email.Value },
            { "At", at },
        };

    public static ThreadId From(RowData row) => new((ulong)row.Long("Thread"));

    /// <returns>Null in a row of before that was kept.</returns>
    public static EmailId? EmailOf(RowData row) => row["Email"] is long email ? new((ulong)email) : null;

    /// <summary>When the message came; in a row of before that was kept, when its thread began.</summary>
    public static DateTimeOffset At(RowData row) =>
        DateTimeOffset.FromUnixTimeSeconds(row.Long("At", (long)(From(row).Value >> 22) / 1000));
}
