using System.Net;
using Cloud.Store.Ports;

namespace Cloud.Store.Directory;

/// <summary>A key to the API: what it may do, and the hash of its secret.</summary>
/// <param name="Id">16 hexadecimal digits.</param>
/// <param name="Hash">SHA-256 of the secret, which is 256 random bits: nobody can guess back from it.</param>
/// <param name="Scopes">Bits, as the API defines them.</param>
/// <param name="Tenant">Whose domains it is for; null for those of all.</param>
/// <param name="Domain">The only one it is for, canonical; null for each of its tenant.</param>
/// <param name="Mailbox">The only user it is for, an address' key; null for each of its domains.</param>
/// <param name="Expires">When it ends; null for never.</param>
/// <param name="Networks">Where it may be used from; empty for anywhere.</param>
sealed record ApiKeyRow(
    string Id,
    byte[] Hash,
    string Name,
    int Scopes,
    string? Tenant,
    string? Domain,
    string? Mailbox,
    DateTimeOffset Created,
    DateTimeOffset? Expires,
    IReadOnlyList<IPNetwork> Networks
)
{
    public RowData ToRow()
    {
        var row = new RowData(10)
        {
            { "Hash", Hash },
            { "Name", Name },
            { "Scopes", Scopes },
            { "Created", Created },
            { "Networks", string.Join('\n', Networks) },
        };
        Add(row, "Tenant", Tenant);
        Add(row, "Domain", Domain);
        Add(row, "Mailbox", Mailbox);
        if (Expires is { } expires)
            row.Add("Expires", expires);
        return row;
    }

    /// <param name="id">As in the row's key.</param>
    public static ApiKeyRow Of(string id, RowData row) =>
        new(
            id,
            row.Bytes("Hash") ?? [],
            row.String("Name") ?? "",
            row.Int("Scopes"),
            row.String("Tenant"),
            row.String("Domain"),
            row.String("Mailbox"),
            row.Time("Created") ?? default,
            row.Time("Expires"),
            [
                .. (row.String("Networks") ?? "")
                    .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Select(IPNetwork.Parse),
            ]
        );

    /// <summary>What takes a key away, with the note of its last use.</summary>
    public static async ValueTask<RowTransaction> RevokeAsync(
        MailDirectory directory,
        string id,
        CancellationToken cancel
    )
    {
        var transaction = new RowTransaction(DirectoryRows.Partition).Delete(DirectoryRows.ApiKey(id));
        if (await directory.ReadAsync(DirectoryRows.ApiKeyUse(id), cancel) is { } used)
            transaction.Delete(used.Key.Row);
        return transaction;
    }

    static void Add(RowData row, string name, string? value)
    {
        if (value is not null)
            row.Add(name, value);
    }
}
