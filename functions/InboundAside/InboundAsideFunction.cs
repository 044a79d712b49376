using Cloud.Functions.Hosting;

namespace Cloud.Functions.InboundAside;

/// <summary>Timer: tries again what was accepted, could not be filed for a day, and is kept until it can.</summary>
static class InboundAsideFunction
{
    public static readonly TimerFunction Function = new("InboundAside", RetryAsync);

    static async ValueTask<string?> RetryAsync(Services services, CancellationToken cancel)
    {
        await services.Backend.Inbound.RetryAsync(services.Tell, cancel);
        return null;
    }
}
