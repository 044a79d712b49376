using System.Globalization;
using Cloud.Store.Local;
using Cloud.Store.Ports;
using static Cloud.Tests.Store.Local.LocalDirectory;

namespace Cloud.Tests.Store.Local;

public sealed class LocalCrashTests : IAsyncLifetime
{
    readonly LocalDirectory directory = new();

    // Messages of the other process are sent by the true time: here it is later.
    public Task InitializeAsync()
    {
        directory.Clock.Turn(DateTimeOffset.UtcNow.AddHours(1) - directory.Clock.GetUtcNow());
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => directory.DisposeAsync().AsTask();

    [Fact]
    public async Task A_killed_process_keeps_all_it_acknowledged_and_nothing_half()
    {
        var acknowledged = new List<(int Caller, int I)>();
        for (var round = 0; round < 3; round++)
        {
            await KillAfterAsync(round * 10_000, 300 + 100 * round, acknowledged);
            var store = await directory.OpenAsync(directory.Small);
            foreach (var (caller, i) in acknowledged)
                Assert.Equal(KilledWriter.Content(caller, i), await GetAsync(store, KilledWriter.Name(caller, i)));
            for (var caller = 0; caller < KilledWriter.Callers; caller++)
                await AssertRowsAsync(store, caller, [.. acknowledged.Where(a => a.Caller == caller).Select(a => a.I)]);
            foreach (var info in await ListAsync(store))
            {
                var parts = info
                    .Name.Split('/')
                    .Select(part => int.Parse(part, CultureInfo.InvariantCulture))
                    .ToArray();
                Assert.Equal(KilledWriter.Content(parts[0], parts[1]), await GetAsync(store, info.Name));
            }
            await directory.CloseAsync();
            directory.Clock.Turn(TimeSpan.FromMinutes(1));
        }
    }

    async Task KillAfterAsync(int first, int lines, List<(int, int)> acknowledged)
    {
        using var process = KilledWriter.Start(directory.Path, first);
        for (var i = 0; await process.StandardOutput.ReadLineAsync() is { } line; i++)
        {
            if (i == lines)
                process.Kill();
            var parts = line.Split(' ');
            // The last line may be cut in the middle.
            if (parts.Length == 2 && i <= lines)
                acknowledged.Add(
                    (
                        int.Parse(parts[0], CultureInfo.InvariantCulture),
                        int.Parse(parts[1], CultureInfo.InvariantCulture)
                    )
                );
        }
        await process.WaitForExitAsync();
    }

    static async Task AssertRowsAsync(LocalStore store, int caller, HashSet<int> acknowledged)
    {
        var counts = new Dictionary<int, int>();
        await foreach (var row in store.Rows.ReadAsync("mail", RowRange.All($"{caller}"), default))
            counts[row.Data.Int("Value")] = counts.GetValueOrDefault(row.Data.Int("Value")) + 1;
        Assert.All(counts.Values, count => Assert.Equal(KilledWriter.RowsEach, count));
        Assert.Empty(acknowledged.Except(counts.Keys));

        var received = new HashSet<int>();
        while (
            await store.Queues.ReceiveAsync($"queue-{caller}", 32, TimeSpan.FromSeconds(1), default)
                is { Count: > 0 } messages
        )
            received.UnionWith(messages.Select(message => BitConverter.ToInt32(message.Body.Span)));
        Assert.Empty(acknowledged.Except(received));
        // No message without its rows, which were acknowledged before it was sent.
        Assert.Empty(received.Except(counts.Keys));
    }
}
