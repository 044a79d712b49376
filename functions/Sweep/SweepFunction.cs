using Cloud.Functions.Hosting;

namespace Cloud.Functions.Sweep;

/// <summary>Timer: removes what nobody needs any more. What it does not get done, the next run does.</summary>
static class SweepFunction
{
    public static readonly TimerFunction Function = new("Sweep", SweepAsync);

    static async ValueTask<string?> SweepAsync(Services services, CancellationToken cancel)
    {
        var result = await services.Backend.Sweeper.RunAsync(Deadlines.Sweep, cancel);
        services.Tell(result);
        return $"{result}";
    }
}
