using Cloud.Flow.Outbound.Relay.Traffic;

namespace Cloud.Flow.Outbound.Relay.Connections;

/// <summary>Connections that the next message to the same host can use: a handshake costs more than a message.</summary>
sealed class IdleConnections : IAsyncDisposable
{
    /// <summary>Connections kept. Default 100, some 40 KiB each.</summary>
    const int MaxKept = 100;

    /// <summary>Kept for one host: as many as there are transactions at a time.</summary>
    const int MaxKeptPerHost = DestinationState.MostOfSmarthost;

    /// <summary>How long one is kept. Servers count idle ones as abuse after a while; Postfix keeps its 2 s.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    readonly TimeProvider time;
    readonly ITimer timer;
    readonly Lock turn = new();
    readonly List<(OpenConnection Connection, DateTimeOffset Since)> kept = []; // oldest first
    readonly List<Task> ending = []; // each for some seconds at most: see SmtpTimeouts.Quit
    bool isClosed;

    public IdleConnections(TimeProvider time)
    {
        this.time = time;
        timer = time.CreateTimer(_ => _ = CloseOldAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <returns>One that can be used, which is the caller's then; null where there is none.</returns>
    public OpenConnection? TryTake(string key)
    {
        lock (turn)
        {
            // The youngest: it is the least likely to be closed by now.
            var at = kept.FindLastIndex(one => one.Connection.Key == key);
            if (at < 0)
                return null;
            var found = kept[at].Connection;
            kept.RemoveAt(at);
            return found;
        }
    }

    /// <summary>Takes one back, or closes it. Nobody waits for a server's good-bye while an answer of it is not recorded.</summary>
    public void Return(OpenConnection connection)
    {
        if (TryKeep(connection))
            return;
        var closing = connection.Connection.DisposeAsync().AsTask();
        if (closing.IsCompleted)
            return;
        lock (turn)
        {
            ending.RemoveAll(one => one.IsCompleted);
            ending.Add(closing);
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (turn)
            isClosed = true;
        await timer.DisposeAsync();
        await CloseAsync(TakeAll(_ => true));
        List<Task> left;
        lock (turn)
            left = [.. ending];
        await Task.WhenAll(left).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    bool TryKeep(OpenConnection connection)
    {
        lock (turn)
        {
            var ofHost = kept.Count(one => one.Connection.Key == connection.Key);
            if (isClosed || !connection.CanBeKept || kept.Count >= MaxKept || ofHost >= MaxKeptPerHost)
                return false;
            kept.Add((connection, time.GetUtcNow()));
            if (kept.Count == 1)
                timer.Change(Longest, Timeout.InfiniteTimeSpan);
            return true;
        }
    }

    async Task CloseOldAsync()
    {
        var now = time.GetUtcNow();
        var old = TakeAll(one => now - one.Since >= Longest);
        lock (turn)
        {
            if (kept.Count > 0 && !isClosed)
                timer.Change(kept[0].Since + Longest - now, Timeout.InfiniteTimeSpan);
        }

        await CloseAsync(old);
    }

    List<OpenConnection> TakeAll(Predicate<(OpenConnection Connection, DateTimeOffset Since)> which)
    {
        lock (turn)
        {
            List<OpenConnection> taken = [.. kept.FindAll(which).Select(one => one.Connection)];
            kept.RemoveAll(which);
            return taken;
        }
    }

    static Task CloseAsync(List<OpenConnection> connections) =>
        Task.WhenAll(connections.Select(one => one.Connection.DisposeAsync().AsTask()));
}
