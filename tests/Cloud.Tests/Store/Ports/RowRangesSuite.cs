using Cloud.Store.Ports;

namespace Cloud.Tests.Store.Ports;

/// <summary>What every adapter of <see cref="IRows"/> does with range queries.</summary>
public abstract class RowRangesSuite : RowsFixture
{
    [Fact]
    public async Task An_empty_table_gives_one_empty_page()
    {
        var page = await Rows.QueryAsync(Table, RowRange.All(Partition), null, 10, default);
        Assert.Empty(page.Rows);
        Assert.Null(page.Continuation);
    }

    [Fact]
    public async Task Rows_come_in_ordinal_order()
    {
        string[] keys = ["b", "a", "B", "_", "~", "0", "10", "9", "a!", "a b", "a0", "aa", "A", "a-", "'", "%"];
        await InsertAllAsync(keys);
        Assert.Equal(keys.Order(StringComparer.Ordinal), await ReadAsync(RowRange.All(Partition)));
    }

    [Fact]
    public async Task A_range_holds_its_first_key_and_not_its_last()
    {
        await InsertAllAsync(["a", "b", "b!", "c", "d"]);
        Assert.Equal(["b", "b!"], await ReadAsync(new(Partition, "b", "c")));
        Assert.Equal(["b!", "c"], await ReadAsync(new(Partition, "b ", "c!")));
        Assert.Equal(["c", "d"], await ReadAsync(new(Partition, "c", null)));
        Assert.Equal(["a"], await ReadAsync(new(Partition, "", "b")));
        Assert.Empty(await ReadAsync(new(Partition, "b", "b")));
        Assert.Empty(await ReadAsync(new(Partition, "c", "b")));
        Assert.Empty(await ReadAsync(new(Partition, "e", null)));
    }

    [Fact]
    public async Task A_prefix_takes_all_that_start_with_it()
    {
        await InsertAllAsync(["p", "p!", "p!1", "p!2", "p!~~", "p\"", "q!", "o~"]);
        Assert.Equal(["p!", "p!1", "p!2", "p!~~"], await ReadAsync(RowRange.Prefix(Partition, "p!")));
        Assert.Equal(["p", "p!", "p!1", "p!2", "p!~~", "p\""], await ReadAsync(RowRange.Prefix(Partition, "p")));
    }

    [Fact]
    public async Task A_prefix_that_ends_the_alphabet_works()
    {
        await InsertAllAsync(["}", "~", "~~", "~a"]);
        Assert.Equal(["~", "~a", "~~"], await ReadAsync(RowRange.Prefix(Partition, "~")));
    }

    [Fact]
    public async Task A_range_stays_in_its_partition_and_table()
    {
        await InsertAllAsync(["b"]);
        foreach (var other in new[] { "o", "p!", "P", "pp", "q" })
            await CommittedAsync(new RowTransaction(other).Insert("a", Value(1)));
        await Rows.CommitAsync(Table + "x", Transaction().Insert("c", Value(1)), default);
        Assert.Equal(["b"], await ReadAsync(RowRange.All(Partition)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(1000)]
    public async Task Pages_hold_every_row_once_whatever_the_limit(int limit)
    {
        await InsertAllAsync([.. Enumerable.Range(0, 9).Select(i => $"{i}")]);
        var keys = new List<string>();
        string? continuation = null;
        do
        {
            var page = await Rows.QueryAsync(Table, new(Partition, "1", "8"), continuation, limit, default);
            Assert.InRange(page.Rows.Count, 0, limit);
            keys.AddRange(page.Rows.Select(row => row.Key.Row));
            continuation = page.Continuation;
        } while (continuation is not null);
        Assert.Equal(["1", "2", "3", "4", "5", "6", "7"], keys);
    }

    [Fact]
    public async Task More_rows_than_one_answer_holds_are_all_read()
    {
        var keys = Enumerable.Range(0, 1234).Select(i => $"{i:D5}").ToList();
        await InsertAllAsync(keys);
        Assert.Equal(keys, await ReadAsync(RowRange.All(Partition)));
    }

    [Fact]
    public async Task A_row_deleted_between_pages_does_not_upset_the_next()
    {
        await InsertAllAsync(["a", "b", "c", "d"]);
        var first = await Rows.QueryAsync(Table, RowRange.All(Partition), null, 2, default);
        await CommittedAsync(Transaction().Delete("b").Delete("c"));
        var second = await Rows.QueryAsync(Table, RowRange.All(Partition), first.Continuation, 2, default);
        Assert.Equal(["d"], second.Rows.Select(row => row.Key.Row));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public async Task A_row_of_many_partitions_is_read_in_their_order(int limit)
    {
        foreach (var partition in new[] { "b2", "a9", "b1", "c0", "a0", "b3" })
            await CommittedAsync(
                new RowTransaction(partition).Insert("l", Value(0)).Insert("m", Value(1)).Insert("r!m", Value(2))
            );
        await CommittedAsync(new RowTransaction("b0").Insert("mm", Value(3)).Insert("xm", Value(4)));
        await Rows.CommitAsync(Table + "x", new RowTransaction("b4").Insert("m", Value(1)), default);

        Assert.Equal(["a9", "b1", "b2", "b3"], await ReadPartitionsAsync(new("a1", "c0", "m"), limit));
        Assert.Equal(["b3", "c0"], await ReadPartitionsAsync(new("b3", null, "m"), limit));
        Assert.Equal(["a0"], await ReadPartitionsAsync(new("", "a9", "r!m"), limit));
        Assert.Empty(await ReadPartitionsAsync(new("", null, "n"), limit));
    }

    [Fact]
    public async Task A_table_that_is_not_there_has_no_partitions() =>
        Assert.Empty(await ReadPartitionsAsync(new("", null, "m"), 10));

    async Task<List<string>> ReadPartitionsAsync(PartitionRange range, int limit)
    {
        var partitions = new List<string>();
        string? continuation = null;
        do
        {
            var page = await Rows.QueryPartitionsAsync(Table, range, continuation, limit, default);
            Assert.InRange(page.Rows.Count, 0, limit);
            Assert.All(page.Rows, row => Assert.Equal(range.Row, row.Key.Row));
            partitions.AddRange(page.Rows.Select(row => row.Key.Partition));
            continuation = page.Continuation;
        } while (continuation is not null);
        return partitions;
    }

    async Task InsertAllAsync(IEnumerable<string> keys)
    {
        foreach (var chunk in keys.Chunk(RowLimits.TransactionChanges))
        {
            var transaction = Transaction();
            foreach (var key in chunk)
                transaction.Insert(key, Value(1));
            await CommittedAsync(transaction);
        }
    }

    async Task<List<string>> ReadAsync(RowRange range)
    {
        var keys = new List<string>();
        await foreach (var row in Rows.ReadAsync(Table, range, default))
            keys.Add(row.Key.Row);
        return keys;
    }
}
