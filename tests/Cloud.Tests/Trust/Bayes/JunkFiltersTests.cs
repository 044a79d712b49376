using Cloud.Store.Ports;
using Cloud.Tests.Fakes;
using Cloud.Trust.Bayes;

namespace Cloud.Tests.Trust.Bayes;

public sealed class JunkFiltersTests
{
    static readonly TimeSpan Age = TimeSpan.FromMinutes(1);

    readonly MemoryRows rows = new();
    readonly ManualClock clock = new();

    [Fact]
    public async Task What_one_process_learns_another_knows_after_a_while()
    {
        var (one, other) = (Filters(1), Filters(2));
        Assert.Null(await other.FindAsync("acc", default));
        Assert.True(await one.LearnAsync("acc", [("m", ["casino"])], JunkClass.Spam, default));
        Assert.Equal(1, (await one.FindAsync("acc", default))!.Spam);
        Assert.Null(await other.FindAsync("acc", default));
        clock.Advance(Age);
        Assert.Equal(1, (await other.FindAsync("acc", default))!.Spam);
        Assert.False(await other.LearnAsync("acc", [("m", ["casino"])], JunkClass.Spam, default));
    }

    [Fact]
    public async Task Lessons_at_the_same_moment_are_all_learned()
    {
        var (one, other) = (Filters(1), Filters(2));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => Teach(i % 2 == 0 ? one : other, i))));
        clock.Advance(Age);
        Assert.Equal(8, (await one.FindAsync("acc", default))!.Spam);
    }

    [Fact]
    public async Task A_damaged_row_is_begun_anew()
    {
        var row = new RowData { { "Version", 1 }, { "Salt", new byte[3] } };
        await rows.CommitAsync("mail", new RowTransaction("acc").Insert(JunkFilterRow.Key, row), default);
        var filters = Filters(1);
        Assert.Null(await filters.FindAsync("acc", default));
        Assert.True(await filters.LearnAsync("acc", [("m", ["casino"])], JunkClass.Spam, default));
        Assert.Equal(1, (await filters.FindAsync("acc", default))!.Spam);
    }

    static async Task Teach(JunkFilters filters, int i) =>
        await filters.LearnAsync("acc", [($"{i}", ["casino"])], JunkClass.Spam, default);

    JunkFilters Filters(int seed) => new(rows, "mail", new SeededEntropy((ulong)seed), clock, Age);
}
