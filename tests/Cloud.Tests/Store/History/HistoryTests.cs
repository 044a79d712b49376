using Cloud.Tests.Fakes;

namespace Cloud.Tests.Store.History;

/// <summary>
/// Random histories: counts equal rows, UIDs rise and are never used twice, the log explains every change, what was
/// answered is kept, whatever fails and whoever else writes.
/// </summary>
public sealed class HistoryTests
{
    const int Steps = 60;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public Task One_process_keeps_what_it_answered(int seed) => PlayAsync(seed, processes: 1, faultOneIn: 0);

    [Theory]
    [MemberData(nameof(Seeds))]
    public Task Two_processes_keep_what_they_answered(int seed) => PlayAsync(seed, processes: 2, faultOneIn: 0);

    [Theory]
    [MemberData(nameof(Seeds))]
    public Task Faults_lose_nothing_that_was_answered(int seed) => PlayAsync(seed, processes: 1, faultOneIn: 8);

    [Theory]
    [MemberData(nameof(Seeds))]
    public Task Faults_in_two_processes_lose_nothing(int seed) => PlayAsync(seed, processes: 2, faultOneIn: 8);

    /// <summary>Plays the seed's steps; when they fail, looks for fewer that fail as well and shows those.</summary>
    static async Task PlayAsync(int seed, int processes, int faultOneIn)
    {
        var steps = Step.Random(new SeededEntropy((ulong)seed), Steps);
        if (await FailureAsync(steps) is not { } failure)
            return;
        for (var at = steps.Count - 1; at >= 0; at--)
        {
            var fewer = steps.Where((_, i) => i != at).ToList();
            if (await FailureAsync(fewer) is not { } still)
                continue;
            (steps, failure) = (fewer, still);
        }
        Assert.Fail($"{string.Join('\n', steps)}\n{failure}");

        async Task<string?> FailureAsync(List<Step> tried)
        {
            try
            {
                await Player.PlayAsync(tried, processes, (ulong)seed, faultOneIn);
                return null;
            }
            catch (Exception e)
            {
                return e.ToString();
            }
        }
    }
}
