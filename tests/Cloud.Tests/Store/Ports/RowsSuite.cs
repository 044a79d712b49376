using Cloud.Store.Ports;

namespace Cloud.Tests.Store.Ports;

/// <summary>What every adapter of <see cref="IRows"/> does: one transaction, one row, one value at a time.</summary>
/// <remarks>Ranges and races are in <see cref="RowRangesSuite"/> and <see cref="RowRacesSuite"/>.</remarks>
public abstract class RowsSuite : RowsFixture
{
    [Fact]
    public async Task A_row_that_was_never_written_is_null() => Assert.Null(await GetAsync("nobody"));

    [Fact]
    public async Task A_partition_of_the_same_row_key_is_another_row()
    {
        await InsertAsync("a", 1);
        Assert.Null(await Rows.GetAsync(Table, new("other", "a"), default));
        Assert.Null(await Rows.GetAsync(Table + "x", new(Partition, "a"), default));
    }

    [Fact]
    public async Task An_inserted_row_is_read_back_with_its_etag()
    {
        var etag = await InsertAsync("a", 7);
        var row = await GetAsync("a");
        Assert.NotNull(row);
        Assert.Equal(new RowKey(Partition, "a"), row.Key);
        Assert.Equal(7, row.Data.Int("Value"));
        Assert.Equal(etag, row.ETag);
    }

    [Fact]
    public async Task Inserting_a_row_that_exists_is_refused()
    {
        await InsertAsync("a", 1);
        Refused(0, Conflict.Exists, await CommitAsync(Transaction().Insert("a", Value(2))));
        Assert.Equal(1, await ValueAsync("a"));
    }

    [Fact]
    public async Task A_deleted_row_can_be_inserted_again_and_has_another_etag()
    {
        var first = await InsertAsync("a", 1);
        await CommittedAsync(Transaction().Delete("a"));
        Assert.Null(await GetAsync("a"));
        Assert.NotEqual(first, await InsertAsync("a", 1));
    }

    [Fact]
    public async Task Replacing_needs_the_row()
    {
        Refused(0, Conflict.Missing, await CommitAsync(Transaction().Replace("a", Value(1), null)));
        Assert.Null(await GetAsync("a"));
        var gone = await InsertAsync("b", 1);
        await CommittedAsync(Transaction().Delete("b"));
        Refused(0, Conflict.Missing, await CommitAsync(Transaction().Replace("b", Value(1), gone)));
    }

    [Fact]
    public async Task Replacing_without_an_etag_takes_any()
    {
        await InsertAsync("a", 1);
        await CommittedAsync(Transaction().Replace("a", Value(2), null));
        Assert.Equal(2, await ValueAsync("a"));
    }

    [Fact]
    public async Task Replacing_with_the_etag_changes_it()
    {
        var first = await InsertAsync("a", 1);
        var result = await CommittedAsync(Transaction().Replace("a", Value(2), first));
        var second = Assert.Single(result.ETags);
        Assert.NotEqual(first, second);
        Assert.Equal(second, (await GetAsync("a"))!.ETag);
        Refused(0, Conflict.Changed, await CommitAsync(Transaction().Replace("a", Value(3), first)));
        Assert.Equal(2, await ValueAsync("a"));
    }

    [Fact]
    public async Task Replacing_leaves_no_old_property()
    {
        await CommittedAsync(Transaction().Insert("a", new() { { "Old", 1 }, { "Value", 1 } }));
        await CommittedAsync(Transaction().Replace("a", Value(2), null));
        var data = (await GetAsync("a"))!.Data;
        Assert.Null(data["Old"]);
        Assert.Single(data);
    }

    [Fact]
    public async Task Writing_the_same_value_still_changes_the_etag()
    {
        var first = await InsertAsync("a", 1);
        var result = await CommittedAsync(Transaction().Upsert("a", Value(1)));
        Assert.NotEqual(first, Assert.Single(result.ETags));
    }

    [Fact]
    public async Task Upserting_inserts_and_replaces()
    {
        await CommittedAsync(Transaction().Upsert("a", new() { { "Old", 1 } }));
        await CommittedAsync(Transaction().Upsert("a", Value(2)));
        var data = (await GetAsync("a"))!.Data;
        Assert.Null(data["Old"]);
        Assert.Equal(2, data.Int("Value"));
    }

    [Fact]
    public async Task Deleting_needs_the_row_and_its_etag()
    {
        Refused(0, Conflict.Missing, await CommitAsync(Transaction().Delete("a")));
        var first = await InsertAsync("a", 1);
        var result = await CommittedAsync(Transaction().Replace("a", Value(2), first));
        Refused(0, Conflict.Changed, await CommitAsync(Transaction().Delete("a", first)));
        Assert.Equal(2, await ValueAsync("a"));
        var deleted = await CommittedAsync(Transaction().Delete("a", result.ETags[0]));
        Assert.Null(Assert.Single(deleted.ETags));
        Assert.Null(await GetAsync("a"));
        Refused(0, Conflict.Missing, await CommitAsync(Transaction().Delete("a", result.ETags[0])));
    }

    [Fact]
    public async Task Etags_come_in_the_order_of_the_changes()
    {
        await InsertAsync("b", 1);
        await InsertAsync("c", 1);
        var result = await CommittedAsync(
            Transaction().Insert("d", Value(4)).Delete("b").Upsert("c", Value(3)).Insert("a", Value(1))
        );
        Assert.Equal(
            [(await GetAsync("d"))!.ETag, null, (await GetAsync("c"))!.ETag, (await GetAsync("a"))!.ETag],
            result.ETags
        );
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_conflict_names_the_change_and_undoes_all(int place)
    {
        await InsertAsync("taken", 1);
        var transaction = Transaction();
        for (var i = 0; i < 5; i++)
            transaction.Insert(i == place ? "taken" : $"row{i}", Value(9));

        Refused(place, Conflict.Exists, await CommitAsync(transaction));

        Assert.Equal(1, await ValueAsync("taken"));
        Assert.Single((await Rows.QueryAsync(Table, RowRange.All(Partition), null, 1000, default)).Rows);
    }

    [Fact]
    public async Task A_conflict_undoes_replacements_and_deletions_as_well()
    {
        await InsertAsync("a", 1);
        await InsertAsync("b", 1);
        var transaction = Transaction().Replace("a", Value(2), null).Delete("b").Replace("c", Value(2), null);
        Refused(2, Conflict.Missing, await CommitAsync(transaction));
        Assert.Equal(1, await ValueAsync("a"));
        Assert.Equal(1, await ValueAsync("b"));
    }

    [Fact]
    public async Task A_transaction_of_a_hundred_changes_is_applied()
    {
        var transaction = Transaction();
        for (var i = 0; i < RowLimits.TransactionChanges; i++)
            transaction.Insert($"{i:D3}", Value(i));
        Assert.Equal(100, (await CommittedAsync(transaction)).ETags.Count);
        Assert.Equal(99, await ValueAsync("099"));
    }

    [Fact]
    public async Task A_row_and_a_transaction_close_to_their_limits_are_applied()
    {
        var transaction = Transaction();
        for (var row = 0; row < 4; row++)
            transaction.Insert($"{row}", Wide(14));
        await CommittedAsync(transaction);
        for (var row = 0; row < 4; row++)
            Same(Wide(14), (await GetAsync($"{row}"))!.Data);
    }

    [Fact]
    public async Task A_row_may_have_all_its_properties()
    {
        var data = new RowData();
        for (var i = 0; i < RowLimits.Properties; i++)
            data.Add($"P{i}", i);
        await CommittedAsync(Transaction().Insert("a", data));
        Same(data, (await GetAsync("a"))!.Data);
    }

    [Fact]
    public async Task A_row_may_be_empty()
    {
        await CommittedAsync(Transaction().Insert("a", []));
        Assert.Empty((await GetAsync("a"))!.Data);
    }

    public static TheoryData<object> Values =>
        [
            "",
            "text",
            "\"quoted\" 'single' \\ / <b> &amp; \r\n\t",
            "Ünïcödé \u4F60\u597D \U0001F4E7 \u200F",
            new string('x', RowLimits.PropertyBytes / 2),
            Array.Empty<byte>(),
            new byte[] { 0, 255, 128, 13, 10 },
            Octets.Of(1, RowLimits.PropertyBytes),
            true,
            false,
            0,
            int.MinValue,
            int.MaxValue,
            0L,
            long.MinValue,
            long.MaxValue,
            1L << 53,
            (1L << 53) + 1,
            0.0,
            1.0,
            -1.5,
            0.1 + 0.2,
            1e300,
            double.MinValue,
            double.MaxValue,
            double.Epsilon,
            double.NaN,
            double.PositiveInfinity,
            double.NegativeInfinity,
            new DateTimeOffset(1601, 1, 1, 0, 0, 0, TimeSpan.Zero),
            new DateTimeOffset(2024, 2, 29, 23, 59, 59, 999, TimeSpan.Zero).AddTicks(9999),
            new DateTimeOffset(DateTime.MaxValue.Ticks, TimeSpan.Zero),
            new DateTimeOffset(1970, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(1),
            Guid.Empty,
            Guid.Parse("01234567-89ab-cdef-0123-456789abcdef"),
        ];

    [Theory]
    [MemberData(nameof(Values))]
    public async Task Every_value_comes_back_as_itself_with_its_type(object value)
    {
        await CommittedAsync(Transaction().Insert("a", new() { { "Value", value } }));
        Same(new() { { "Value", value } }, (await GetAsync("a"))!.Data);
        var page = await Rows.QueryAsync(Table, RowRange.All(Partition), null, 10, default);
        Same(new() { { "Value", value } }, Assert.Single(page.Rows).Data);
    }

    [Fact]
    public async Task A_time_is_kept_as_utc()
    {
        var time = new DateTimeOffset(2024, 5, 6, 7, 8, 9, TimeSpan.FromMinutes(330)).AddTicks(1234567);
        await CommittedAsync(Transaction().Insert("a", new() { { "Time", time } }));
        var kept = (await GetAsync("a"))!.Data.Time("Time");
        Assert.Equal(time.UtcTicks, kept!.Value.UtcTicks);
        Assert.Equal(TimeSpan.Zero, kept.Value.Offset);
    }

    [Fact]
    public async Task What_the_caller_does_to_the_data_later_does_not_reach_the_store()
    {
        var bytes = new byte[] { 1, 2, 3 };
        var data = new RowData { { "Bytes", bytes } };
        await CommittedAsync(Transaction().Insert("a", data));
        bytes[0] = 9;
        data.Add("More", 1);
        Same(new() { { "Bytes", new byte[] { 1, 2, 3 } } }, (await GetAsync("a"))!.Data);
    }

    public static TheoryData<string> Keys =>
        [
            "it's",
            "''",
            "100%",
            "%41",
            "%2F",
            "a+b",
            "a&b=c",
            "a b",
            "=3D",
            "\"double\"",
            "<tag>",
            "{curly}[square](round)",
            "semi;colon:comma,",
            "$filter eq 'x' or true",
            "*",
            "..",
            "@~`|^!_-.",
            "PartitionKey",
            new string('k', RowLimits.KeyLength),
        ];

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task Every_key_of_the_alphabet_works_everywhere(string key)
    {
        var result = await CommittedAsync(
            new RowTransaction(key).Insert(key, Value(1)).Insert(key[1..] + "x", Value(2))
        );
        await CommittedAsync(new RowTransaction(key).Replace(key, Value(3), result.ETags[0]));

        var row = await Rows.GetAsync(Table, new(key, key), default);
        Assert.Equal(new RowKey(key, key), row!.Key);
        Assert.Equal(3, row.Data.Int("Value"));
        var page = await Rows.QueryAsync(Table, new(key, key, null), null, 10, default);
        Assert.Equal(key, page.Rows[0].Key.Row);
        Assert.Equal(2, (await Rows.QueryAsync(Table, RowRange.All(key), null, 10, default)).Rows.Count);

        await CommittedAsync(new RowTransaction(key).Delete(key, row.ETag));
        Assert.Null(await Rows.GetAsync(Table, new(key, key), default));
    }

    /// <summary>Some 60 KiB a property, as the row limits count.</summary>
    static RowData Wide(int properties)
    {
        var data = new RowData();
        for (var i = 0; i < properties; i++)
            data.Add($"Text{i}", new string((char)('a' + i), 30 * 1024));
        return data;
    }
}
