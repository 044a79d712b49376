using System.Collections.Concurrent;

namespace Cloud.Store.Local.Sqlite;

/// <summary>Read-only connections that many callers share; each statement sees one snapshot.</summary>
/// <param name="limit">Connections at most; a caller beyond that waits.</param>
sealed class ReaderPool<T>(int limit, Func<T> open) : IDisposable
    where T : class, IDisposable
{
    readonly SemaphoreSlim places = new(limit);
    readonly ConcurrentStack<T> idle = new();

    public async ValueTask<TResult> ReadAsync<TState, TResult>(
        TState state,
        Func<T, TState, TResult> read,
        CancellationToken cancel
    )
    {
        await places.WaitAsync(cancel);
        try
        {
            if (!idle.TryPop(out var reader))
                reader = open();
            try
            {
                return read(reader, state);
            }
            finally
            {
                idle.Push(reader);
            }
        }
        finally
        {
            places.Release();
        }
    }

    /// <summary>Waits for the readers, then closes them.</summary>
    public void Dispose()
    {
        for (var i = 0; i < limit; i++)
            places.Wait(CancellationToken.None);
        while (idle.TryPop(out var reader))
            reader.Dispose();
    }
}
