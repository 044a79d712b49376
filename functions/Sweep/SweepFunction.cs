using Cloud.Functions.Hosting;

namespace Cloud.Functions.Sweep;

/// <summary>Timer: tidies up.</summary>
static class SweepFunction
{
    public static readonly TimerFunction Function = new("Sweep", RunAsync);

    static ValueTask<string?> RunAsync(Services services, CancellationToken cancel) => new((string?)null);
}
