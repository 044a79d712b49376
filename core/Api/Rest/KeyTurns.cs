namespace Cloud.Api.Rest;

/// <summary>Turns of which each key has few, so that none takes those of all.</summary>
/// <param name="most">Of one key at a time.</param>
sealed class KeyTurns(int most)
{
    readonly Lock guard = new();
    readonly Dictionary<string, Line> lines = new(StringComparer.Ordinal);

    /// <summary>Waits for a turn of a key.</summary>
    /// <returns>Disposed when the turn is over.</returns>
    public async ValueTask<IDisposable> WaitAsync(string key, CancellationToken cancel)
    {
        var line = Join(key);
        try
        {
            await line.Room.WaitAsync(cancel);
            return new Turn(this, line);
        }
        catch
        {
            Leave(line);
            throw;
        }
    }

    Line Join(string key)
    {
        lock (guard)
        {
            if (!lines.TryGetValue(key, out var line))
                lines.Add(key, line = new(key, most));
            line.Members++;
            return line;
        }
    }

    void Leave(Line line)
    {
        lock (guard)
        {
            if (--line.Members == 0)
                lines.Remove(line.Key);
        }
    }

    sealed class Line(string key, int most)
    {
        public string Key => key;

        public SemaphoreSlim Room { get; } = new(most, most);

        /// <summary>Who has a turn, or waits for one.</summary>
        public int Members { get; set; }
    }

    sealed class Turn(KeyTurns turns, Line line) : IDisposable
    {
        public void Dispose()
        {
            line.Room.Release();
            turns.Leave(line);
        }
    }
}
