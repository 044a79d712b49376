using Cloud.Store.Packing;

namespace Cloud.Store.Outbox;

/// <summary>A message of the outbox.</summary>
/// <param name="Submission">The message and its envelope without the recipients, packed by whoever sends.</param>
/// <param name="Recipients">All that there are.</param>
/// <param name="Open">Recipients that something is still to be done for; 0: the message is done with, its blob too.</param>
/// <param name="IsHeld">Somebody holds it; its open recipients say so, too.</param>
/// <param name="DoneAt">When it was done with; null while it is open.</param>
/// <param name="ETag">Null before it is written.</param>
sealed record MessageRow(
    ReadOnlyMemory<byte> Submission,
    int Recipients,
    int Open,
    bool IsHeld,
    DateTimeOffset? DoneAt,
    string? ETag = null
)
{
    const byte Version = 1;

    public bool IsDone => Open == 0;

    public byte[] Pack()
    {
        var pack = new PackWriter(Submission.Length + 32);
        pack.Byte(Version);
        pack.Varint((ulong)Recipients);
        pack.Varint((ulong)Open);
        pack.Byte(IsHeld ? (byte)1 : (byte)0);
        pack.Time(DoneAt);
        pack.Counted(Submission.Span);
        return pack.ToArray();
    }

    /// <exception cref="Ports.StoreException">Damaged, or of a version this program does not know.</exception>
    public static MessageRow Unpack(ReadOnlySpan<byte> packed, string? etag)
    {
        var pack = new PackReader(packed);
        pack.ExpectVersion(Version);
        var (recipients, open, isHeld, doneAt) = (pack.Varint32(), pack.Varint32(), pack.Byte(), pack.Time());
        return new(pack.Counted().ToArray(), (int)recipients, (int)open, isHeld != 0, doneAt, etag);
    }
}
