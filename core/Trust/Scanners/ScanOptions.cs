namespace Cloud.Trust.Scanners;

/// <summary>Where a scanner is, and how much of our time and mail it gets.</summary>
/// <param name="Endpoint">Of the operator's choice, so private addresses are fine.</param>
public sealed record ScanOptions(ScanEndpoint Endpoint)
{
    /// <summary>For one message, from connecting to the last octet of the answer. Of our own: under the deadline of the door.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Octets of the largest message that is scanned. 25 MiB: clamd's StreamMaxLength of old; others take more.</summary>
    public long MaxSize { get; init; } = 25 * 1024 * 1024;
}
