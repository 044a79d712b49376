using Cloud.Store.Packing;

namespace Cloud.Store.Outbox;

/// <summary>A recipient's row as bytes.</summary>
static class RecipientCodec
{
    const byte Version = 1;

    public static byte[] Pack(RecipientRow row)
    {
        var pack = new PackWriter();
        pack.Byte(Version);
        pack.Varint((ulong)row.Number);
        pack.Text(row.Address);
        pack.Text(row.NextHop);
        pack.Text(row.Notify);
        pack.Text(row.OriginalRecipient);
        pack.Byte((byte)row.State);
        pack.Varint((ulong)row.Attempts);
        pack.Time(row.Next);
        pack.Time(row.LeaseEnd);
        pack.Fixed64(row.Claim);
        pack.Time(row.FirstAttempt);
        pack.Time(row.LastAttempt);
        pack.Text(row.Status);
        pack.Text(row.Reply);
        pack.Text(row.Host);
        pack.Text(row.HostAddress);
        pack.Text(row.Tls);
        pack.Text(row.Transcript);
        pack.Varint((ulong)row.PossibleRepeats);
        pack.Byte((byte)row.Told);
        pack.Byte((byte)row.Owed);
        pack.Fixed64(row.Notice);
        pack.Time(row.NoticeAt);
        pack.Text(row.History);
        pack.Byte(row.BySmarthost ? (byte)1 : (byte)0);
        return pack.ToArray();
    }

    /// <exception cref="Ports.StoreException">Damaged, or of a version this program does not know.</exception>
    public static RecipientRow Unpack(ReadOnlySpan<byte> packed, string? etag)
    {
        var pack = new PackReader(packed);
        pack.ExpectVersion(Version);
        // In the order in which they were written.
        return new((int)pack.Varint32(), pack.Text() ?? "", pack.Text() ?? "")
        {
            Notify = pack.Text(),
            OriginalRecipient = pack.Text(),
            State = (RecipientState)pack.Byte(),
            Attempts = (int)pack.Varint32(),
            Next = pack.Time() ?? default,
            LeaseEnd = pack.Time(),
            Claim = pack.Fixed64(),
            FirstAttempt = pack.Time(),
            LastAttempt = pack.Time(),
            Status = pack.Text(),
            Reply = pack.Text(),
            Host = pack.Text(),
            HostAddress = pack.Text(),
            Tls = pack.Text(),
            Transcript = pack.Text(),
            PossibleRepeats = (int)pack.Varint32(),
            Told = (NoticeKinds)pack.Byte(),
            Owed = (NoticeKinds)pack.Byte(),
            Notice = pack.Fixed64(),
            NoticeAt = pack.Time(),
            History = pack.AtEnd ? null : pack.Text(), // rows of earlier programs end before
            BySmarthost = !pack.AtEnd && pack.Byte() != 0,
            ETag = etag,
        };
    }
}
