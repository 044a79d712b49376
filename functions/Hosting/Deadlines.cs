namespace Cloud.Functions.Hosting;

/// <summary>
/// When the handler gives up by itself. The host answers a timeout by killing the process, with every invocation in it;
/// a test compares these with host.json.
/// </summary>
static class Deadlines
{
    /// <summary>Azure's load balancer waits 230 seconds for an HTTP answer, the host's proxy 240.</summary>
    public static readonly TimeSpan Http = TimeSpan.FromSeconds(220);

    /// <summary>Of a queue or timer function: what takes longer hangs, and is better tried anew.</summary>
    public static readonly TimeSpan Trigger = TimeSpan.FromSeconds(270);

    /// <summary>
    /// Of an attempt to send, whose lease ends before (15 minutes): a server may take ten minutes for its answer to the
    /// end of a message (RFC 5321 §4.5.3.2.6), and who does not wait for it sends the message twice. Under
    /// functionTimeout (20 minutes), which Flex Consumption lets be as long as one likes.
    /// </summary>
    public static readonly TimeSpan Outbound = TimeSpan.FromMinutes(16);

    /// <summary>Of a run that sends reports: the last domains that it begins may take a minute and a half.</summary>
    public static readonly TimeSpan Reports = TimeSpan.FromMinutes(13);

    /// <summary>When it begins no more.</summary>
    public static readonly TimeSpan ReportsRun = TimeSpan.FromMinutes(10);

    /// <summary>When the sweep stops by itself, between two pieces of work.</summary>
    public static readonly TimeSpan Sweep = TimeSpan.FromMinutes(4);
}
