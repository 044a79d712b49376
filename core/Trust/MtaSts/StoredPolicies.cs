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

    /// <summary>All that is kept, for the sweep.</summary>
    public static RowRange All => RowRange.All(Partition);

    /// <summary>When a row counts no more: long ago, where it cannot be read.</summary>
    public static DateTimeOffset Expires(RowData row) => Of(row)?.Expires ?? default;

    /// <returns>Null for a row that cannot be read: the policy is then read anew.</returns>
    static KeptPolicy? Of(RowData row) =>
        MtaStsPolicy.TryParse(row.Bytes("Policy"), out var policy, out _)
            ? new(row.String("Domain") ?? "", row.String("Id") ?? "", policy, row.Time("Read") ?? default)
            : null;
}
