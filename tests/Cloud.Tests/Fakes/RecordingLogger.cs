using Microsoft.Extensions.Logging;

namespace Cloud.Tests.Fakes;

/// <summary>What was logged, as people read it.</summary>
sealed record LogEntry(LogLevel Level, int Id, string Text);

/// <summary>Keeps what is logged, by whatever thread.</summary>
sealed class RecordingLogger : ILogger
{
    readonly Lock guard = new();
    readonly List<LogEntry> entries = [];
    readonly TaskCompletionSource told = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<LogEntry> Entries
    {
        get
        {
            lock (guard)
                return [.. entries];
        }
    }

    public IReadOnlyList<int> Ids => [.. Entries.Select(entry => entry.Id)];

    public IReadOnlyList<string> Lines => [.. Entries.Select(entry => entry.Text)];

    /// <summary>Is done with the first entry.</summary>
    public Task ToldAsync() => told.Task.WaitAsync(TimeSpan.FromSeconds(30));

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        lock (guard)
            entries.Add(new(logLevel, eventId.Id, formatter(state, exception)));
        told.TrySetResult();
    }
}
