using System.Security.Cryptography;
using System.Text;

namespace Cloud.Api.WellKnown;

/// <summary>What our domains ask of those who send to them. RFC 8461 §5.</summary>
public enum StsMode
{
    /// <summary>Nothing: for the time before the policy is taken away.</summary>
    None,

    /// <summary>Deliver in any case and report: to begin with.</summary>
    Testing,

    /// <summary>Deliver over TLS that holds, or not at all.</summary>
    Enforce,
}

/// <summary>The MTA-STS policy of our domains, the same for all of them.</summary>
public static class StsPolicy
{
    /// <summary>Seconds a sender keeps it: a week, as RFC 8461 §3.2 has it in its example; "weeks or greater" for enforce
    /// comes with a policy that has proved itself.</summary>
    const int MaxAge = 604_800;

    /// <param name="host">Of the MX records, A-labels.</param>
    public static string Text(StsMode mode, string host) =>
        $"version: STSv1\r\nmode: {mode.ToString().ToLowerInvariant()}\r\nmx: {host}\r\nmax_age: {MaxAge}\r\n";

    /// <summary>Another one for another policy, so that senders see that it has changed. RFC 8461 §3.1.</summary>
    public static string Id(StsMode mode, string host) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(Text(mode, host))).AsSpan(0, 10));
}
