using System.Text;
using Cloud.Store.Ports;

namespace Cloud.Trust.MtaSts;

/// <summary>Policies in table <c>mtasts</c>: one partition, a row a domain.</summary>
public sealed class StoredPolicies(IRows rows) : IPolicyCache
{
    public const string Table = "mtasts";

    const string Partition = "policies";

    public async ValueTask<KeptPolicy?> FindAsync(string domain, CancellationToken cancel) =>
        await rows.GetAsync(Table, new(Partition, KeyText.Encode(domain)), cancel) is { } row ? Of(row.Data) : null;

    public async ValueTask KeepAsync(KeptPolicy policy, CancellationToken cancel)
    {
        var data = new RowData
        {
            { "Domain", policy.Domain },
            { "Id", policy.Id },
            { "Policy", Encoding.ASCII.GetBytes(policy.Policy.ToText()) },
            { "Read", policy.Read },
        };
        await rows.CommitAsync(
            Table,
            new RowTransaction(Partition).Upsert(KeyText.Encode(policy.Domain), data),
            cancel
        );
    }

    /// <summary>Removes what holds no more.</summary>
    /// <returns>How many.</returns>
    public async Task<int> RemoveExpiredAsync(DateTimeOffset now, CancellationToken cancel)
    {
        var removed = 0;
        await foreach (var row in rows.ReadAsync(Table, RowRange.All(Partition), cancel))
        {
            if (Of(row.Data) is { } kept && kept.Expires > now)
                continue;
            var gone = await rows.CommitAsync(
                Table,
                new RowTransaction(Partition).Delete(row.Key.Row, row.ETag),
                cancel
            );
            removed += gone.Committed ? 1 : 0;
        }

        return removed;
    }

    /// <returns>Null for a row that cannot be read: the policy is then read anew.</returns>
    static KeptPolicy? Of(RowData row) =>
        MtaStsPolicy.TryParse(row.Bytes("Policy"), out var policy, out _)
            ? new(row.String("Domain") ?? "", row.String("Id") ?? "", policy, row.Time("Read") ?? default)
            : null;
}
