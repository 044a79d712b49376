using System.Globalization;
using System.Text;
using System.Text.Json;
using Cloud.Tests.Mail.Outside;

namespace Cloud.Tests.Mail.Fuzz;

/// <summary>Mutated inputs by a seed: nothing throws, nothing hangs, nothing grows out of proportion.</summary>
/// <remarks>tests/fuzz runs this for longer, with a seed of the day.</remarks>
public sealed class FuzzTests
{
    /// <summary>Octets allocated for one of the input, over what is fixed: records of short parts weigh most.</summary>
    const int MaxRatio = 600;

    const int Fixed = 4 * 1024 * 1024;

    const int Inputs = 300;

    static readonly int Seed = (int)Setting("CLOUD_FUZZ_SEED", 4);

    static readonly TimeSpan Span = TimeSpan.FromSeconds(Setting("CLOUD_FUZZ_SECONDS", 0));

    static readonly Lazy<IReadOnlyList<byte[]>> Seeds = new(LoadSeeds);

    public static TheoryData<string> Targets => [.. FuzzTarget.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Any_input_is_read(string name)
    {
        var target = FuzzTarget.All.Single(target => target.Name == name);
        var mutator = new Mutator(new Random(Seed), Seeds.Value);
        var start = TimeProvider.System.GetTimestamp();
        for (
            var run = 0;
            run < Inputs || TimeProvider.System.GetElapsedTime(start) < Span / FuzzTarget.All.Count;
            run++
        )
        {
            var input = mutator.Next();
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                target.Read(input);
            }
            catch (Exception fault)
            {
                Assert.Fail($"Seed {Seed}, run {run}: {fault}\nInput: {Convert.ToBase64String(input)}");
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(
                allocated <= (long)MaxRatio * input.Length + Fixed,
                $"Seed {Seed}, run {run}: {allocated} octets allocated\nInput: {Convert.ToBase64String(input)}"
            );
        }
    }

    /// <summary>The messages of the outside goldens, their header values, and the golden messages of our own.</summary>
    static List<byte[]> LoadSeeds()
    {
        var seeds = new List<byte[]>();
        foreach (
            var file in Directory
                .EnumerateFiles(Differences.Folder(), "*.*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
        )
        {
            if (file.EndsWith(".eml", StringComparison.Ordinal) || file.EndsWith(".msg", StringComparison.Ordinal))
                seeds.Add(File.ReadAllBytes(file));
        }

        foreach (var kind in new[] { "address", "content_type", "date", "id", "list", "received", "unstructured" })
        {
            using var file = JsonDocument.Parse(Differences.ReadText("mail-parser", kind + ".json"));
            seeds.AddRange(
                file.RootElement.EnumerateArray()
                    .Select(row => Encoding.UTF8.GetBytes(row.GetProperty("header").GetString()!))
            );
        }

        seeds.AddRange(Messages.Names.Select(Messages.Read));
        return seeds;
    }

    static double Setting(string name, double otherwise) =>
        double.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number)
            ? number
            : otherwise;
}
