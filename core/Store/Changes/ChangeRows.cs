using Cloud.Store.Packing;
using Cloud.Store.Ports;

namespace Cloud.Store.Changes;

/// <summary>Rows <c>c!{revision}</c>: the change log, one row a change, in sixteen hexadecimal digits: oldest first.</summary>
static class ChangeRows
{
    public static string Key(ulong revision) => $"c!{revision:x16}";

    public static ulong RevisionOf(RowKey key) => Convert.ToUInt64(key.Row[2..], 16);

    /// <summary>Revisions from first to last, both included.</summary>
    public static RowRange Range(AccountId account, ulong first, ulong last) =>
        new(account.Value, Key(first), Key(last) + "!");

    /// <param name="token">Tells this try of the change from any other: how an unknown outcome is found out.</param>
    public static RowData ToRow(ChangeLog log, DateTimeOffset at, ulong token)
    {
        var row = new RowData
        {
            { "At", at },
            { "Log", log.Pack() },
            { "Token", (long)token },
        };
        if (log.Removed.Count > 0)
            row.Add("Removed", Pack(log.Removed));
        if (log.Traces.Count > 0)
            row.Add("Traces", Pack(log.Traces));
        if (!log.Notes.IsEmpty)
            row.Add("Notes", log.Notes.Pack());
        return row;
    }

    public static ChangeLog Log(RowData row) => ChangeLog.Unpack(row.Bytes("Log") ?? []);

    /// <summary>Whether one of many changes removed for good the message that a transaction brought. Reads them all.</summary>
    public static async ValueTask<bool> HasRemovedAsync(
        IRows rows,
        RowRange changes,
        TransactionId transaction,
        CancellationToken cancel
    )
    {
        await foreach (var row in rows.ReadAsync(Tables.Mail, changes, cancel))
        {
            if (HasRemoved(row.Data, transaction))
                return true;
        }
        return false;
    }

    /// <summary>Whether the change removed for good the message that a transaction brought.</summary>
    public static bool HasRemoved(RowData row, TransactionId transaction)
    {
        var reader = new PackReader(row.Bytes("Removed") ?? []);
        while (!reader.AtEnd)
        {
            if (new TransactionId(reader.Varint(), reader.Fixed64()) == transaction)
                return true;
        }
        return false;
    }

    static byte[] Pack(List<TransactionId> transactions)
    {
        var writer = new PackWriter(16 * transactions.Count);
        foreach (var transaction in transactions)
        {
            writer.Varint(transaction.Milliseconds);
            writer.Fixed64(transaction.Random);
        }
        return writer.ToArray();
    }

    /// <summary>Why a transaction's message was put where it is, if this change put it there; null if not.</summary>
    public static byte[]? TraceOf(RowData row, TransactionId transaction)
    {
        var reader = new PackReader(row.Bytes("Traces") ?? []);
        while (!reader.AtEnd)
        {
            var brought = new TransactionId(reader.Varint(), reader.Fixed64());
            var trace = reader.Bytes(reader.Varint());
            if (brought == transaction)
                return trace.ToArray();
        }
        return null;
    }

    /// <summary>The transactions whose messages the change brought with a trace.</summary>
    public static IReadOnlyList<TransactionId> TracedIn(RowData row)
    {
        var traced = new List<TransactionId>();
        var reader = new PackReader(row.Bytes("Traces") ?? []);
        while (!reader.AtEnd)
        {
            traced.Add(new(reader.Varint(), reader.Fixed64()));
            reader.Bytes(reader.Varint());
        }
        return traced;
    }

    /// <exception cref="StoreException">The row is damaged.</exception>
    public static ChangeNotes Notes(RowData row) => ChangeNotes.Unpack(row.Bytes("Notes"));

    static byte[] Pack(List<(TransactionId Transaction, ReadOnlyMemory<byte> Trace)> traces)
    {
        var writer = new PackWriter(1024);
        foreach (var (transaction, trace) in traces)
        {
            writer.Varint(transaction.Milliseconds);
            writer.Fixed64(transaction.Random);
            writer.Varint((ulong)trace.Length);
            writer.Bytes(trace.Span);
        }
        return writer.ToArray();
    }

    public static DateTimeOffset At(RowData row) => row.Time("At") ?? default;

    public static ulong Token(RowData row) => (ulong)row.Long("Token");
}
