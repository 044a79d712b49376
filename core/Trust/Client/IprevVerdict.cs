using System.Net;

namespace Cloud.Trust.Client;

/// <summary>What a check came to. RFC 8601 §2.7.3.</summary>
public enum IprevResult
{
    /// <summary>A name of the address leads back to it.</summary>
    Pass,

    /// <summary>It has names, and none of them leads back.</summary>
    Fail,

    /// <summary>Nobody knows for now: a name server failed, or time ran out.</summary>
    TempError,

    /// <summary>It has no name.</summary>
    PermError,
}

/// <summary>The outcome of a check, and how it came about.</summary>
/// <param name="Address">The client's; IPv4 where it was mapped.</param>
/// <param name="Name">Of a pass: the name, fit for Received (<c>from helo (name [address])</c>, RFC 5321 §4.4); else null.</param>
/// <param name="Reason">One line.</param>
/// <param name="Steps">For the trace: what was asked and answered.</param>
public sealed record IprevVerdict(
    IprevResult Result,
    IPAddress Address,
    string? Name,
    string Reason,
    IReadOnlyList<string> Steps
)
{
    /// <summary>The property of Authentication-Results. RFC 8601 §2.7.3.</summary>
    public const string Property = "policy.iprev";

    /// <summary>The result as Authentication-Results has it.</summary>
    public string ResultText =>
        Result switch
        {
            IprevResult.Pass => "pass",
            IprevResult.Fail => "fail",
            IprevResult.TempError => "temperror",
            _ => "permerror",
        };

    public override string ToString() => $"iprev={ResultText} ({Reason}) {Property}={Address}";
}
