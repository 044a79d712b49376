using Cloud.Flow.Outbound;
using Cloud.Store.Outbox;

namespace Cloud.Tests.Flow.Outbound;

public sealed class AttemptHistoryTests
{
    static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    readonly RecipientRow row = new(0, "ada@there.test", "there.test") { Attempts = 7, Next = Noon };

    [Fact]
    public void Of_very_many_attempts_the_last_are_kept_and_no_line_is_long_or_broken()
    {
        var many = row;
        for (var i = 0; i < 500; i++)
        {
            var outcome = new RelayOutcome(0, RelayVerdict.Deferred, "4.0.0", $"{i}\n{new string('x', i)}");
            many = many with { Attempts = i, History = AttemptHistory.Add(many, outcome, Noon) };
        }

        var lines = AttemptHistory.LinesOf(many.History);
        Assert.InRange(many.History!.Length, 3800, 4096);
        Assert.Equal("...", lines[0]);
        Assert.StartsWith("2026-03-01T12:00:00Z 498. 499 xxx", lines[^1]);
        Assert.All(lines, line => Assert.InRange(line.Length, 3, 222));
    }

    [Fact]
    public void Where_nobody_was_asked_there_is_nothing_to_tell()
    {
        var untried = new RelayOutcome(0, RelayVerdict.Deferred, "4.4.5", "450 4.4.5 Later") { IsUntried = true };
        Assert.Null(AttemptHistory.Add(row, untried, Noon));
    }

    [Fact]
    public void A_row_of_an_earlier_program_has_none()
    {
        var packed = RecipientCodec.Pack(row);
        Assert.Equal(row with { ETag = "1" }, RecipientCodec.Unpack(packed.AsSpan(0, packed.Length - 1), "1"));
        var told = row with { History = "one\ntwo" };
        Assert.Equal(told with { ETag = "1" }, RecipientCodec.Unpack(RecipientCodec.Pack(told), "1"));
    }
}
