using Cloud.Store.Ports;

namespace Cloud.Tests.Store.Ports;

/// <summary>What every adapter of <see cref="IRows"/> does when many come at once.</summary>
public abstract class RowRacesSuite : RowsFixture
{
    [Fact]
    public async Task Of_sixteen_writers_on_one_etag_exactly_one_wins()
    {
        var etag = await InsertAsync("a", 0);
        for (var round = 0; round < 20; round++)
        {
            var results = await Task.WhenAll(
                Enumerable
                    .Range(0, 16)
                    .Select(i => Task.Run(() => CommitAsync(Transaction().Replace("a", Value(i), etag)).AsTask()))
            );
            var winner = Assert.Single(results, result => result.Committed);
            Assert.All(results.Where(result => !result.Committed), lost => Refused(0, Conflict.Changed, lost));
            etag = winner.ETags[0]!;
            Assert.Equal(Array.IndexOf(results, winner), await ValueAsync("a"));
            Assert.Equal(etag, (await GetAsync("a"))!.ETag);
        }
    }

    [Fact]
    public async Task Of_sixteen_inserters_exactly_one_wins()
    {
        for (var round = 0; round < 5; round++)
        {
            var key = $"{round}";
            var results = await Task.WhenAll(
                Enumerable
                    .Range(0, 16)
                    .Select(i => Task.Run(() => CommitAsync(Transaction().Insert(key, Value(i))).AsTask()))
            );
            var winner = Assert.Single(results, result => result.Committed);
            Assert.All(results.Where(result => !result.Committed), lost => Refused(0, Conflict.Exists, lost));
            Assert.Equal(Array.IndexOf(results, winner), await ValueAsync(key));
        }
    }

    [Fact]
    public async Task Eight_writers_of_twenty_increments_make_a_hundred_and_sixty()
    {
        await InsertAsync("a", 0);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => IncrementAsync(20))));
        Assert.Equal(160, await ValueAsync("a"));
    }

    [Fact]
    public async Task Readers_see_whole_transactions_only()
    {
        using var done = new CancellationTokenSource();
        await CommittedAsync(Generation(0));
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(() => ReadUntilAsync(done.Token))).ToArray();
        for (var generation = 1; generation <= 50; generation++)
            await CommittedAsync(Generation(generation));
        await done.CancelAsync();
        await Task.WhenAll(readers);
    }

    [Fact]
    public async Task What_was_committed_is_seen_by_the_next_read()
    {
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(writer =>
                    Task.Run(async () =>
                    {
                        for (var i = 0; i < 20; i++)
                        {
                            await CommittedAsync(Transaction().Upsert($"w{writer}", Value(i)));
                            Assert.Equal(i, await ValueAsync($"w{writer}"));
                        }
                    })
                )
        );
    }

    static RowTransaction Generation(int generation)
    {
        var transaction = Transaction();
        for (var i = 0; i < 20; i++)
            transaction.Upsert($"{i:D2}", Value(generation));
        return transaction;
    }

    async Task ReadUntilAsync(CancellationToken done)
    {
        var last = 0;
        while (!done.IsCancellationRequested)
        {
            var page = await Rows.QueryAsync(Table, RowRange.All(Partition), null, 1000, default);
            Assert.Equal(20, page.Rows.Count);
            var generation = Assert.Single(page.Rows.Select(row => row.Data.Int("Value")).Distinct());
            Assert.True(generation >= last, "time ran backwards");
            last = generation;
        }
    }

    async Task IncrementAsync(int times)
    {
        while (times > 0)
        {
            var row = (await GetAsync("a"))!;
            var result = await CommitAsync(Transaction().Replace("a", Value(row.Data.Int("Value") + 1), row.ETag));
            if (result.Committed)
                times--;
            else
                Assert.Equal(Conflict.Changed, result.Conflict);
        }
    }
}
