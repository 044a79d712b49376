using System.Buffers.Binary;
using System.Globalization;

namespace Cloud.Flow.Door.Greylisting;

/// <summary>What is known of one network: who of it waits, who has waited, and whether it retries as mail servers do.</summary>
sealed class ClientHistory
{
    /// <summary>Pairs of sender and recipient kept for a network, the oldest that still wait go first: 16 KB a row.</summary>
    public const int MaxPairs = 1000;

    /// <summary>Octets of a pair: its hash, when it came first, when it last came through.</summary>
    const int PairBytes = 16;

    /// <summary>A time that is read again and again is written as often as this.</summary>
    static readonly TimeSpan RefreshAfter = TimeSpan.FromDays(1);

    /// <summary>One run of a sender with many recipients is one proof that it retries, not many.</summary>
    static readonly TimeSpan CountEvery = TimeSpan.FromHours(1);

    readonly List<Pair> pairs = [];

    /// <summary>Strangers that waited, counted once an hour.</summary>
    public int Passes { get; private set; }

    public DateTimeOffset Counted { get; private set; }

    /// <summary>When a message of a network that need not wait last came, a day less or more.</summary>
    public DateTimeOffset Seen { get; private set; }

    /// <summary>Judges a message.</summary>
    /// <returns>The verdict, and whether it is to be remembered.</returns>
    public (GreylistVerdict Verdict, bool IsChanged) Judge(ulong pair, DateTimeOffset now, GreylistOptions options)
    {
        if (options.AllowNetworkAfter > 0 && Passes >= options.AllowNetworkAfter)
        {
            if (now - Seen < options.Memory)
                return (new(GreylistOutcome.Known, "the client's network retries"), TryRefresh(now));
            Passes = 0;
        }

        var at = pairs.FindIndex(known => known.Hash == pair);
        if (at < 0)
            return (Start(pair, now, options), true);
        var found = pairs[at];
        if (found.Passed is { } passed && now - passed < options.Memory)
        {
            var isOld = now - passed >= RefreshAfter;
            if (isOld)
                pairs[at] = found with { Passed = now };
            return (new(GreylistOutcome.Pass, "the sender has waited before"), isOld);
        }

        var waited = now - found.First;
        if (found.Passed is not null || waited > options.RetryWindow)
        {
            pairs.RemoveAt(at);
            return (Start(pair, now, options), true);
        }

        if (waited < options.Delay)
            return (Deferred("it was tried again too early", options.Delay - waited), false);
        pairs[at] = found with { Passed = now };
        Count(now, options);
        return (new(GreylistOutcome.Pass, $"the sender has waited {ToText(waited)}"), true);
    }

    /// <summary>When nothing of this counts any more.</summary>
    public DateTimeOffset Expires(GreylistOptions options)
    {
        var expires = (Counted > Seen ? Counted : Seen) + options.Memory;
        foreach (var pair in pairs)
        {
            var end = pair.Passed is { } passed ? passed + options.Memory : pair.First + options.RetryWindow;
            expires = end > expires ? end : expires;
        }

        return expires;
    }

    public byte[] Pack()
    {
        var packed = new byte[pairs.Count * PairBytes];
        for (var i = 0; i < pairs.Count; i++)
        {
            var at = packed.AsSpan(i * PairBytes);
            BinaryPrimitives.WriteUInt64LittleEndian(at, pairs[i].Hash);
            BinaryPrimitives.WriteUInt32LittleEndian(at[8..], (uint)pairs[i].First.ToUnixTimeSeconds());
            BinaryPrimitives.WriteUInt32LittleEndian(at[12..], (uint)(pairs[i].Passed?.ToUnixTimeSeconds() ?? 0));
        }

        return packed;
    }

    /// <summary>As it was kept; pairs that are not whole are not read.</summary>
    public static ClientHistory Unpack(
        int passes,
        DateTimeOffset counted,
        DateTimeOffset seen,
        ReadOnlySpan<byte> packed
    )
    {
        var history = new ClientHistory
        {
            Passes = passes,
            Counted = counted,
            Seen = seen,
        };
        for (; packed.Length >= PairBytes; packed = packed[PairBytes..])
        {
            var passed = BinaryPrimitives.ReadUInt32LittleEndian(packed[12..]);
            history.pairs.Add(
                new(
                    BinaryPrimitives.ReadUInt64LittleEndian(packed),
                    DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadUInt32LittleEndian(packed[8..])),
                    passed == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(passed)
                )
            );
        }

        return history;
    }

    GreylistVerdict Start(ulong pair, DateTimeOffset now, GreylistOptions options)
    {
        pairs.RemoveAll(old =>
            old.Passed is { } passed ? now - passed >= options.Memory : now - old.First > options.RetryWindow
        );
        if (pairs.Count >= MaxPairs)
        {
            // In order of arrival: the first that waits is the oldest.
            var oldest = pairs.FindIndex(old => old.Passed is null);
            pairs.RemoveAt(Math.Max(oldest, 0));
        }

        // Whole seconds are kept, and the one who judges next is to find what was told.
        pairs.Add(new(pair, DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds()), null));
        return Deferred("the sender is a stranger", options.Delay);
    }

    void Count(DateTimeOffset now, GreylistOptions options)
    {
        if (now - Counted < CountEvery)
            return;
        if (now - Counted >= options.Memory)
            Passes = 0;
        (Passes, Counted) = (Passes + 1, now);
        if (Passes != options.AllowNetworkAfter)
            return;
        Seen = now;
        pairs.Clear();
    }

    bool TryRefresh(DateTimeOffset now)
    {
        if (now - Seen < RefreshAfter)
            return false;
        Seen = now;
        return true;
    }

    static GreylistVerdict Deferred(string reason, TimeSpan wait) =>
        new(GreylistOutcome.Defer, $"{reason}: {ToText(wait)} to wait") { Wait = wait };

    static string ToText(TimeSpan time) =>
        time.TotalMinutes < 1
            ? string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(time.TotalSeconds)} s")
            : string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(time.TotalMinutes)} min");

    /// <param name="Passed">Null while it waits.</param>
    readonly record struct Pair(ulong Hash, DateTimeOffset First, DateTimeOffset? Passed);
}
