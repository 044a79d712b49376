using System.Globalization;
using Cloud.Store.Ports;

namespace Cloud.Store.Hooks;

/// <summary>Table <c>hooks</c>: subscriptions in one partition, and a partition for each with its deliveries.</summary>
/// <remarks>
/// <c>hooks</c>/<c>{hook}</c>: a subscription with the state of its endpoint. <c>{hook}</c>/<c>d!{event}</c>: a delivery, its
/// key with the time turned round, so that the newest comes first and what is too old is one range. To change it is a
/// migration.
/// </remarks>
static class HookRows
{
    public const string Table = "hooks";

    public const string Partition = "hooks";

    /// <summary>Milliseconds that 44 bits hold.</summary>
    const ulong LastMillisecond = 0xFFF_FFFF_FFFF;

    const string Prefix = "d!";

    public static RowRange All => RowRange.All(Partition);

    public static RowKey Hook(string hook) => new(Partition, hook);

    public static RowKey Delivery(string hook, TransactionId number) =>
        new(hook, Prefix + Turned(number.Milliseconds, number.Random));

    /// <summary>Deliveries of events in a time, the newest first.</summary>
    /// <param name="from">The first moment; null for all.</param>
    /// <param name="to">The first moment beyond; null for now.</param>
    public static RowRange Deliveries(string hook, DateTimeOffset? from, DateTimeOffset? to) =>
        new(
            hook,
            to is { } end ? Prefix + Turned(Milliseconds(end) - 1, ulong.MaxValue) : Prefix,
            from is { } start ? Prefix + Turned(Milliseconds(start), 0) + "!" : "d\""
        );

    /// <summary>Of events before a time.</summary>
    public static RowRange Expired(string hook, DateTimeOffset before) =>
        new(hook, Prefix + Turned(Milliseconds(before) - 1, ulong.MaxValue), "d\"");

    static ulong Milliseconds(DateTimeOffset at) => (ulong)Math.Max(at.ToUnixTimeMilliseconds(), 1);

    static string Turned(ulong milliseconds, ulong random) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{LastMillisecond - Math.Min(milliseconds, LastMillisecond):x11}{ulong.MaxValue - random:x16}"
        );
}
