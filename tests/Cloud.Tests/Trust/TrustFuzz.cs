using Cloud.Tests.Mail.Fuzz;

namespace Cloud.Tests.Trust;

/// <summary>Feeds a parser mutated input by a seed; tests/fuzz does it for longer, with a seed of the day.</summary>
static class TrustFuzz
{
    const int Inputs = 3000;

    static readonly int Seed = (int)TestSettings.Number("CLOUD_FUZZ_SEED", 4);

    static readonly TimeSpan Span = TimeSpan.FromSeconds(TestSettings.Number("CLOUD_FUZZ_SECONDS", 0));

    /// <param name="seeds">Sound input, each octet a character.</param>
    /// <param name="read">What is fuzzed, with what has to hold.</param>
    public static void Run(IEnumerable<string> seeds, Action<string> read)
    {
        var mutator = new Mutator(new Random(Seed), [.. seeds.Select(System.Text.Encoding.Latin1.GetBytes)]);
        var start = TimeProvider.System.GetTimestamp();
        for (var run = 0; run < Inputs || TimeProvider.System.GetElapsedTime(start) < Span / 60; run++)
        {
            var input = mutator.Next();
            try
            {
                read(System.Text.Encoding.Latin1.GetString(input));
            }
            catch (Exception fault)
            {
                Assert.Fail($"Seed {Seed}, run {run}: {fault}\nInput: {Convert.ToBase64String(input)}");
            }
        }
    }
}
