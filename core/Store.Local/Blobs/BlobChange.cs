namespace Cloud.Store.Local.Blobs;

/// <summary>What one record of the log means for the index.</summary>
/// <param name="Entry">What the name stands for now.</param>
/// <param name="Chunks">Of the new entry, when it is a large blob.</param>
/// <param name="Old">What the name stood for before.</param>
/// <param name="OldChunks">Of the old entry.</param>
readonly record struct BlobChange(
    string Name,
    BlobEntry Entry,
    IReadOnlyList<Chunk> Chunks,
    BlobEntry? Old,
    IReadOnlyList<Chunk> OldChunks
);

/// <summary>How far a log was read or written: the octet behind the last record.</summary>
readonly record struct LogPosition(int Segment, long Offset);

/// <summary>Octets of a segment and what they are good for.</summary>
/// <param name="Length">Of the file up to its last record.</param>
/// <param name="Live">In records that a blob still needs.</param>
/// <param name="Tombstones">In tombstones; needed as long as an older segment exists.</param>
/// <param name="IsDropped">The file may go: all that was needed lies elsewhere, durably.</param>
readonly record struct SegmentUse(long Length, long Live, long Tombstones, bool IsDropped);
