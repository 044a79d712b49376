using System.Globalization;
using Cloud.Store.Ports;
using Cloud.Trust.Dmarc;

namespace Cloud.Flow.Outbound.Reports;

/// <summary>What doors have counted of a day, until it is reported.</summary>
/// <remarks>
/// Table <c>dmarcrpt</c>, a partition a day. Who hands counts over adds rows (domain, then a number that is theirs) and
/// reads none: a hundred domains are one operation, and to hand them over again adds nothing.
/// </remarks>
sealed class CountedMail(IRows rows)
{
    public const string Table = "dmarcrpt";

    /// <summary>Octets in a transaction, so that base64 and names still fit its limit.</summary>
    const int TransactionOctets = 2 * 1024 * 1024;

    public static string Partition(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <param name="batch">Names these counts: the same again when they are handed over again.</param>
    /// <param name="packed">See <see cref="AggregateCodec"/>; what cannot be read is left out.</param>
    /// <exception cref="StoreException">They may be kept, or some of them.</exception>
    public async ValueTask AddAsync(ulong batch, IReadOnlyList<byte[]> packed, CancellationToken cancel)
    {
        var counts = packed.Select(one => AggregateCodec.Unpack(one)).OfType<DailyAggregate>().ToList();
        ReportMeter.Drop(packed.Count - counts.Count);
        foreach (var day in counts.GroupBy(count => count.Day))
        {
            // A domain may be there in parts, always in the same order: each has a name of its own.
            var parts = new Dictionary<string, int>();
            var change = new RowTransaction(Partition(day.Key));
            var octets = 0;
            foreach (var one in day.OrderBy(count => count.PolicyDomain, StringComparer.Ordinal))
            {
                var row = AggregateCodec.Pack(one);
                var part = parts[one.PolicyDomain] = parts.GetValueOrDefault(one.PolicyDomain, -1) + 1;
                var key = $"{KeyText.Encode(one.PolicyDomain)}!{batch:x16}{(part == 0 ? "" : $"!{part:x4}")}";
                if (row.Length > AggregateCodec.MaxPacked || key.Length > RowLimits.KeyLength)
                {
                    ReportMeter.Drop(1);
                    continue;
                }
                if (change.Changes.Count == RowLimits.TransactionChanges || octets + row.Length > TransactionOctets)
                {
                    await CommitAsync(change, cancel);
                    (change, octets) = (new(change.Partition), 0);
                }
                change.Insert(key, PackedColumns.ToRow(row));
                octets += row.Length;
            }
            if (change.Changes.Count > 0)
                await CommitAsync(change, cancel);
        }
    }

    /// <summary>Where a row is there already, the same transaction was committed before.</summary>
    async ValueTask CommitAsync(RowTransaction change, CancellationToken cancel) =>
        await rows.CommitAsync(Table, change, cancel);

    /// <summary>A day's counts, each domain's together, in order of their names.</summary>
    /// <param name="after">Domains up to this one are left out; null for none.</param>
    public async IAsyncEnumerable<DailyAggregate> ReadAsync(
        DateOnly day,
        string? after,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel
    )
    {
        // '"' is the next character: what follows is of another domain.
        var from = after is null ? "" : $"{KeyText.Encode(after)}\"";
        DailyAggregate? sum = null;
        await foreach (var row in rows.ReadAsync(Table, new(Partition(day), from, null), cancel))
        {
            if (AggregateCodec.Unpack(PackedColumns.Of(row.Data)) is not { } part || part.Day != day)
                continue; // damaged
            if (sum is not null && sum.PolicyDomain != part.PolicyDomain)
            {
                yield return sum;
                sum = null;
            }
            sum = sum?.Merge(part) ?? part;
        }
        if (sum is not null)
            yield return sum;
    }

    /// <summary>One domain's counts of a day; null for none.</summary>
    public async ValueTask<DailyAggregate?> FindAsync(DateOnly day, string domain, CancellationToken cancel)
    {
        DailyAggregate? sum = null;
        var range = RowRange.Prefix(Partition(day), $"{KeyText.Encode(domain)}!");
        await foreach (var row in rows.ReadAsync(Table, range, cancel))
        {
            if (AggregateCodec.Unpack(PackedColumns.Of(row.Data)) is { } part && part.Day == day)
                sum = sum?.Merge(part) ?? part;
        }
        return sum;
    }
}
