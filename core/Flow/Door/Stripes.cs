namespace Cloud.Flow.Door;

/// <summary>Lets those who change the same row of this process wait for each other, so that only other processes conflict.</summary>
sealed class Stripes
{
    /// <summary>Locks, shared by all keys: a power of two.</summary>
    const int Count = 64;

    readonly SemaphoreSlim[] turns = [.. Enumerable.Range(0, Count).Select(_ => new SemaphoreSlim(1, 1))];

    /// <param name="key">Any octets that differ between rows, such as a hash.</param>
    public SemaphoreSlim Of(ReadOnlySpan<byte> key) => turns[key[^1] % Count];
}
