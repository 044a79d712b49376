namespace Cloud.Api.Gateway.Wire;

/// <summary>What both ends of the gateway's HTTP agree on. docs/gateway.md tells it in words.</summary>
public static class WireFormat
{
    /// <summary>Raised by every change that an older other end would misread. Both ends are deployed together.</summary>
    public const string Version = "3";

    /// <summary>Request: the caller's version; the service answers another one than its own with 426.</summary>
    public const string VersionHeader = "Cloud-Gateway-Version";

    /// <summary>Request: when it was handed over, milliseconds since 1970.</summary>
    public const string SentHeader = "Cloud-Gateway-Sent";

    /// <summary>Request: how long the caller waits for the answer, milliseconds.</summary>
    public const string BudgetHeader = "Cloud-Gateway-Budget";

    /// <summary>W3C Trace Context.</summary>
    public const string TraceHeader = "traceparent";

    public const string Path = "/api/gateway/";
    public const string Json = "application/json";
    public const string Packed = "application/octet-stream";
}

public static class WireLimits
{
    /// <summary>
    /// Octets of a request that is no upload: a thousand recipients with their wishes, a message's longest index, or
    /// the UIDs of a mailbox of a million messages with holes everywhere.
    /// </summary>
    public const int Request = 8 * 1024 * 1024;

    /// <summary>Octets of an answer that is no message: a mailbox of two million messages.</summary>
    public const int Answer = 64 * 1024 * 1024;

    /// <summary>Octets of emails after which a fetch answers what it has; the caller asks again for the rest.</summary>
    public const int FetchAnswer = 4 * 1024 * 1024;

    /// <summary>Octets of one frame of a streamed message.</summary>
    public const int Frame = 64 * 1024;

    /// <summary>Octets of an uploaded message; fronts have limits of their own, well below.</summary>
    public const long Upload = 256L * 1024 * 1024;

    /// <summary>Levels of JSON: two for each level of a nested search.</summary>
    public const int JsonDepth = 256;

    /// <summary>Longest time a caller may ask the service to work: Functions cuts an answer off at 230 seconds.</summary>
    public static readonly TimeSpan Budget = TimeSpan.FromSeconds(220);

    /// <summary>A request that took longer from hand to hand may have been given up and repeated meanwhile.</summary>
    public static readonly TimeSpan Late = TimeSpan.FromSeconds(5);
}
