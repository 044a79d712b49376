using System.Collections.Concurrent;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound.Relay.Traffic;

/// <summary>Sees that nobody is asked for more than it takes, and that those who do not answer are left alone.</summary>
/// <remarks>
/// What was learned lies in the store for the other processes. A first attempt does not read it, as most destinations are
/// well: it costs a read on retries, and a write when something changes for the worse or is well again.
/// </remarks>
public sealed class Destinations(IRows rows, TimeProvider time)
{
    /// <summary>Destinations kept in memory, some 200 octets each. Default 10,000: more than a process meets in an hour.</summary>
    public const int MaxInMemory = 10_000;

    /// <summary>How long the store's state is believed.</summary>
    static readonly TimeSpan Believed = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait for a place; then somebody else's mail goes on, and this comes again.</summary>
    static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    readonly ConcurrentDictionary<string, Destination> known = new(StringComparer.Ordinal);

    /// <summary>Goes to a domain or host of the world.</summary>
    public ValueTask<Passage> EnterAsync(string name, bool asksStore, int priority, CancellationToken cancel) =>
        EnterAsync(name, DestinationState.MostAtOnce, asksStore, priority, cancel);

    /// <summary>Goes to a destination, when that may be.</summary>
    /// <param name="name">Of a domain or host, with what tells the two apart.</param>
    /// <param name="most">Transactions at once, where nothing else was learned.</param>
    /// <param name="asksStore">Whether others' experience is looked at.</param>
    /// <param name="priority">Of several that wait for a place the highest goes first (RFC 6710 §1).</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>A passage, to be disposed of; its <see cref="Passage.ClosedUntil"/> is set where nobody may go there now.</returns>
    public async ValueTask<Passage> EnterAsync(
        string name,
        int most,
        bool asksStore,
        int priority,
        CancellationToken cancel
    )
    {
        var destination = Find(name, most);
        if (asksStore)
            await ReadAsync(destination, cancel);
        if (!destination.State.IsOpen(time.GetUtcNow()))
            return Passage.Closed(destination.State.ClosedUntil);
        if (await destination.EnterAsync(priority, LongestWait, time, cancel) is { } free)
            return Passage.Closed(free);
        var now = time.GetUtcNow();
        // It may have been closed while this waited, or has had all that it takes in a minute.
        var later = destination.State.IsOpen(now) ? destination.Count(now) : destination.State.ClosedUntil;
        if (later is null)
            return new(this, destination);
        destination.Leave(now);
        return Passage.Closed(later.Value);
    }

    internal DateTimeOffset Now => time.GetUtcNow();

    internal ValueTask FailedAsync(Destination destination) =>
        LearnAsync(destination, state => state.Failed(time.GetUtcNow()));

    internal ValueTask SlowedAsync(Destination destination) =>
        LearnAsync(destination, state => state.Slowed(time.GetUtcNow()));

    internal ValueTask LimitedAsync(Destination destination)
    {
        var now = time.GetUtcNow();
        var sent = destination.SentOfLate(now);
        return LearnAsync(destination, state => state.Limited(now, sent));
    }

    internal ValueTask WorkedAsync(Destination destination) =>
        destination.State.IsFresh
            ? ValueTask.CompletedTask
            : LearnAsync(destination, state => state.Worked(time.GetUtcNow()));

    /// <summary>What is not kept is learned again: a store that fails does not matter here.</summary>
    async ValueTask LearnAsync(Destination destination, Func<DestinationState, DestinationState> next)
    {
        var (before, now) = destination.Learn(next);
        if (!IsNews(before, now) || DestinationRows.Key(destination.Name) is not { } key)
            return;
        try
        {
            var change = new RowTransaction(key.Partition).Upsert(key.Row, DestinationRows.ToRow(now));
            await rows.CommitAsync(DestinationRows.Table, change, CancellationToken.None);
        }
        catch (StoreException) { }
    }

    /// <summary>Each calm transaction is no news: only what others would do otherwise for it.</summary>
    static bool IsNews(DestinationState before, DestinationState now) =>
        before.ClosedUntil != now.ClosedUntil || before.Concurrency != now.Concurrency || before.Rate != now.Rate;

    /// <summary>What cannot be read now is not known: it goes on as at a first attempt.</summary>
    async ValueTask ReadAsync(Destination destination, CancellationToken cancel)
    {
        if (time.GetUtcNow() - destination.ReadAt < Believed || DestinationRows.Key(destination.Name) is not { } key)
            return;
        Row? row;
        try
        {
            row = await rows.GetAsync(DestinationRows.Table, key, cancel);
        }
        catch (StoreException)
        {
            return;
        }

        destination.ReadAt = time.GetUtcNow();
        if (row is not null)
        {
            var stored = DestinationRows.Of(row.Data);
            destination.Learn(own => stored.ClosedUntil >= own.ClosedUntil ? stored.AtMost(own.Most) : own);
        }
    }

    Destination Find(string name, int most)
    {
        if (known.TryGetValue(name, out var destination))
            return destination;
        if (known.Count >= MaxInMemory)
        {
            foreach (var (other, state) in known)
            {
                if (state.IsIdle)
                    known.TryRemove(other, out _);
            }
        }

        return known.GetOrAdd(name, static (name, most) => new(name, most), most);
    }
}
