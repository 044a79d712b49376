using System.Globalization;
using Cloud.Store.Ports;

namespace Cloud.Store;

/// <summary>An account: the partition its mail lives in. 26 characters, never used again.</summary>
public readonly record struct AccountId(string Value)
{
    public override string ToString() => Value;
}

/// <summary>A mailbox of an account, numbered from 1 in order of creation; a number is never used again.</summary>
public readonly record struct MailboxId(uint Value)
{
    public override string ToString() => Value.ToString("x8", CultureInfo.InvariantCulture);
}

/// <summary>A message of an account, however many mailboxes hold it: OBJECTID's EMAILID (RFC 8474 §5.1).</summary>
/// <remarks>The upper 42 bits are Unix milliseconds, so that row order is order of arrival and a mailbox reads in ranges.</remarks>
public readonly record struct EmailId(ulong Value)
{
    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>When its transaction began.</summary>
    public DateTimeOffset At => DateTimeOffset.FromUnixTimeMilliseconds((long)(Value >> 22));

    /// <summary>The id a transaction gives its message: the same again when the transaction is repeated.</summary>
    public static EmailId From(TransactionId transaction) =>
        new((transaction.Milliseconds << 22) | (transaction.Random & 0x3F_FFFF));
}

/// <summary>Messages that answer each other: OBJECTID's THREADID. The first message's number.</summary>
public readonly record struct ThreadId(ulong Value)
{
    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);
}

/// <summary>One hand-over of a message, from MAIL or APPEND on: the trace id, and what makes a repetition harmless.</summary>
/// <param name="Milliseconds">Since 1970, 42 bits.</param>
/// <param name="Random">64 random bits.</param>
public readonly record struct TransactionId(ulong Milliseconds, ulong Random)
{
    public DateTimeOffset At => DateTimeOffset.FromUnixTimeMilliseconds((long)Milliseconds);

    /// <summary>27 characters of lower-case hexadecimal: time, then random, so that text order is order of time.</summary>
    public override string ToString() => $"{Milliseconds:x11}{Random:x16}";

    public static TransactionId Create(TimeProvider time, Entropy entropy) =>
        new((ulong)time.GetUtcNow().ToUnixTimeMilliseconds() & 0x3FF_FFFF_FFFF, entropy.Next64());

    /// <returns>Null when it is none.</returns>
    public static TransactionId? TryParse(ReadOnlySpan<char> text) =>
        text.Length == 27
        && ulong.TryParse(text[..11], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var time)
        && ulong.TryParse(text[11..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var random)
            ? new TransactionId(time, random)
            : null;
}
