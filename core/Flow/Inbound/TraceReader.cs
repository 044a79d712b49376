using Cloud.Flow.Door;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Changes;
using Cloud.Store.Ports;
using Cloud.Trust.Content;

namespace Cloud.Flow.Inbound;

/// <summary>Finds why a message is where it is.</summary>
static class TraceReader
{
    /// <summary>Reads the account's log, all of it at worst: for people who ask, not for what is done by itself.</summary>
    /// <returns>Lines for people; null when the log does not, or no longer, tell of the message.</returns>
    /// <exception cref="StoreException">The log cannot be read now.</exception>
    public static async ValueTask<IReadOnlyList<string>?> FindAsync(
        AccountStore accounts,
        AccountId account,
        TransactionId transaction,
        CancellationToken cancel
    )
    {
        var log = ChangeRows.Range(account, 0, ulong.MaxValue);
        await foreach (var row in accounts.Rows.ReadAsync(Tables.Mail, log, cancel))
        {
            if (ChangeRows.TraceOf(row.Data, transaction) is { } packed)
                return MessageTrace.Unpack(packed) is { } evidence
                    ? [.. Lines(evidence, ChangeRows.At(row.Data))]
                    : null;
        }
        return null;
    }

    public static IEnumerable<string> Lines(Evidence evidence, DateTimeOffset at)
    {
        yield return $"{at:u} {evidence.Outcome}, {ContentScore.Text(evidence.Score.Total)} points {evidence.Reason}".Trim();
        foreach (var hit in evidence.Hits)
            yield return $"  {hit.Name} {ContentScore.Text(hit.Score)}: {hit.Explanation}";
        foreach (var step in evidence.Steps)
            yield return step;
    }
}
