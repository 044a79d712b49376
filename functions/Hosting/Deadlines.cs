namespace Cloud.Functions.Hosting;

/// <summary>
/// When the handler gives up by itself. The host answers a timeout by killing the process, with every invocation in it;
/// a test compares these with host.json.
/// </summary>
static class Deadlines
{
    /// <summary>Azure's load balancer waits 230 seconds for an HTTP answer, the host's proxy 240.</summary>
    public static readonly TimeSpan Http = TimeSpan.FromSeconds(220);

    /// <summary>Under functionTimeout (5 minutes) by enough for the answer to get out.</summary>
    public static readonly TimeSpan Trigger = TimeSpan.FromSeconds(270);

    /// <summary>When the sweep stops by itself, between two pieces of work.</summary>
    public static readonly TimeSpan Sweep = TimeSpan.FromMinutes(4);
}
