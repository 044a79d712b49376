using System.Globalization;
using Xunit.Abstractions;

namespace Cloud.Sim;

/// <summary>
/// Histories with faults, kills and a moved clock. CLOUD_SIM_RUNS says how many (300), CLOUD_SIM_FROM at which seed
/// they begin (1), CLOUD_SIM_SEED plays one alone and shows its trace.
/// </summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    [Fact]
    public void What_was_answered_is_kept_whatever_fails()
    {
        if (Number("CLOUD_SIM_SEED", 0) is > 0 and var only)
        {
            output.WriteLine(World.Play(only));
            return;
        }
        var (from, runs) = (Number("CLOUD_SIM_FROM", 1), Number("CLOUD_SIM_RUNS", 300));
        for (var seed = from; seed < from + runs; seed++)
            World.Play(seed);
    }

    [Fact]
    public void A_seed_plays_the_same_history_again()
    {
        for (var seed = 1UL; seed <= 4; seed++)
            Assert.Equal(World.Play(seed), World.Play(seed));
    }

    static ulong Number(string variable, ulong otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? ulong.Parse(text, CultureInfo.InvariantCulture)
            : otherwise;
}
