using Cloud.Store.Ports;
using Microsoft.Extensions.Logging;

namespace Cloud.Store.Local;

/// <param name="Directory">Where everything lies; made if it is not there.</param>
public sealed record LocalStoreOptions(string Directory)
{
    /// <summary>Smallest segment: room for the commit record of the largest blob.</summary>
    public const long MinSegmentBytes = 2 * 1024 * 1024;

    /// <summary>Largest segment: offsets are 32 bits, less a record.</summary>
    public const long MaxSegmentBytes = 1024 * 1024 * 1024;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public Entropy Entropy { get; init; } = Entropy.System;

    public ILogger? Logger { get; init; }

    /// <summary>Octets of a segment file: what a compaction moves at a time. 2 MiB to 1 GiB.</summary>
    public long SegmentBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Share of a segment that must be in use, else it is compacted. 0 to 1; 0 never compacts.</summary>
    public double CompactBelow { get; init; } = 0.5;
}
