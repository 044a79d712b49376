namespace Cloud.Store.Ports;

public enum RowAction
{
    /// <summary>The row must not exist.</summary>
    Insert,

    /// <summary>The row must exist, with the given ETag if there is one.</summary>
    Replace,

    /// <summary>Inserts or replaces, whatever is there.</summary>
    Upsert,

    /// <summary>The row must exist, with the given ETag if there is one.</summary>
    Delete,
}

/// <param name="ETag">Only for Replace and Delete: the ETag the row must have; null takes any.</param>
public readonly record struct RowChange(RowAction Action, RowKey Key, RowData? Data, string? ETag);

/// <summary>Changes to rows of one partition that are applied together or not at all.</summary>
/// <remarks>
/// Azure's limits are checked here, because adapters and emulators differ in what they let through: one partition,
/// each row once, <see cref="RowLimits.TransactionChanges"/>, <see cref="RowLimits.TransactionBytes"/>.
/// </remarks>
/// <exception cref="ArgumentException">From every method that adds: the change breaks a limit.</exception>
public sealed class RowTransaction(string partition)
{
    readonly List<RowChange> changes = new(8); // a delivery's are six

    public string Partition { get; } = KeyText.Check(partition);

    public IReadOnlyList<RowChange> Changes => changes;

    /// <summary>Bytes as sent, at most <see cref="RowLimits.TransactionBytes"/>.</summary>
    public int Size { get; private set; }

    public RowTransaction Insert(string row, RowData data) => Add(RowAction.Insert, row, data, null);

    public RowTransaction Replace(string row, RowData data, string? etag) => Add(RowAction.Replace, row, data, etag);

    public RowTransaction Upsert(string row, RowData data) => Add(RowAction.Upsert, row, data, null);

    public RowTransaction Delete(string row, string? etag = null) => Add(RowAction.Delete, row, null, etag);

    RowTransaction Add(RowAction action, string row, RowData? data, string? etag)
    {
        var size = (data?.Size ?? 0) + 2 * (Partition.Length + row.Length);
        if (size > RowLimits.RowBytes)
            throw new ArgumentException($"Row {row} is over {RowLimits.RowBytes} bytes", nameof(data));
        var wireSize = (data?.WireSize ?? 0) + 6 * (Partition.Length + row.Length) + RowLimits.ChangeFraming;
        if (Size + wireSize > RowLimits.TransactionBytes)
            throw new ArgumentException($"Transaction is over {RowLimits.TransactionBytes} bytes", nameof(data));
        if (changes.Count == RowLimits.TransactionChanges)
            throw new ArgumentException($"More than {RowLimits.TransactionChanges} changes", nameof(row));
        if (Has(KeyText.Check(row)))
            throw new ArgumentException($"Row {row} is already in the transaction", nameof(row));

        Size += wireSize;
        changes.Add(new(action, new(Partition, row), data, etag));
        return this;
    }

    // A set would cost more than looking through the few that there are.
    bool Has(string row)
    {
        foreach (var change in changes)
        {
            if (change.Key.Row == row)
                return true;
        }
        return false;
    }
}
