namespace Cloud.Tests.Mail.Fuzz;

/// <summary>Mutated inputs by a seed: nothing throws, nothing hangs, nothing grows out of proportion.</summary>
/// <remarks>tests/fuzz runs this for longer, with a seed of the day.</remarks>
public sealed class FuzzTests
{
    /// <summary>Octets allocated for one of the input, over what is fixed: records of short parts weigh most.</summary>
    const int MaxRatio = 600;

    const int Fixed = 4 * 1024 * 1024;

    const int Inputs = 300;

    /// <summary>Of the inputs, those that a parser has to find something in: damage to what it refuses shows nothing.</summary>
    const double MinShareMet = 0.5;

    static readonly int Seed = (int)TestSettings.Number("CLOUD_FUZZ_SEED", 4);

    static readonly TimeSpan Span = TimeSpan.FromSeconds(TestSettings.Number("CLOUD_FUZZ_SECONDS", 0));

    public static TheoryData<string> Targets => [.. FuzzTarget.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Any_input_is_read(string name)
    {
        var target = FuzzTarget.All.Single(target => target.Name == name);
        var mutator = new Mutator(new Random(Seed), target.Seeds);
        var (runs, met) = (0, 0);
        var start = TimeProvider.System.GetTimestamp();
        for (; runs < Inputs || TimeProvider.System.GetElapsedTime(start) < Span / FuzzTarget.All.Count; runs++)
        {
            var input = mutator.Next();
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                target.Read(input);
                met += target.IsMet(input) ? 1 : 0;
            }
            catch (Exception fault)
            {
                Assert.Fail($"Seed {Seed}, run {runs}: {fault}\nInput: {Convert.ToBase64String(input)}");
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(
                allocated <= (long)MaxRatio * input.Length + Fixed,
                $"Seed {Seed}, run {runs}: {allocated} octets allocated\nInput: {Convert.ToBase64String(input)}"
            );
        }

        Assert.True(met >= MinShareMet * runs, $"{met} of {runs} inputs were more than refused at the door");
    }
}
