using System.Text;
using Cloud.Api.Gateway;
using Cloud.Dns;
using Cloud.Store.Directory;
using Cloud.Store.Ports;

namespace Cloud.Api.Admin;

/// <param name="Name">Where the record is to be: below the domain.</param>
/// <param name="Text">What it is to say (TXT).</param>
/// <param name="VerifiedAt">When it was last seen there; null for never.</param>
public sealed record DomainProof(string Name, string Text, DateTimeOffset? VerifiedAt)
{
    /// <summary>Whether an answer to a question for <see cref="Name"/> (TXT) has the text.</summary>
    public bool IsIn(DnsAnswer answer) =>
        answer.Records.OfType<TxtRecord>().Any(record => Encoding.UTF8.GetString(record.Text.Span) == Text);
}

/// <summary>Whether who added a domain is its owner: only he can publish a record in it that nobody foresees.</summary>
sealed class DomainVerification(Backend backend)
{
    const string Label = "_cloud-verification";
    const string Token = "Verification";
    const string Seen = "VerifiedAt";

    /// <summary>Octets of a token: 128 bits.</summary>
    const int TokenBytes = 16;

    readonly MailDirectory directory = backend.Directory;

    /// <summary>Tells what is to be published; once more tells the same.</summary>
    /// <param name="domain">One of ours, as its key.</param>
    /// <exception cref="AdminException">It is none (any more), or was changed at the same moment.</exception>
    public async ValueTask<DomainProof> BeginAsync(string domain, CancellationToken cancel)
    {
        var row = await RowAsync(domain, cancel);
        if (row.Data.String(Token) is { } made)
            return Of(domain, made, row.Data.Time(Seen));
        var token = Convert.ToHexStringLower(backend.Accounts.Entropy.Bytes(TokenBytes));
        await ReplaceAsync(row, Token, token);
        return Of(domain, token, null);
    }

    /// <summary>Notes that the record was seen.</summary>
    /// <exception cref="AdminException">As <see cref="BeginAsync"/>.</exception>
    public async ValueTask<DomainProof> MarkAsync(string domain, CancellationToken cancel)
    {
        var row = await RowAsync(domain, cancel);
        if (row.Data.String(Token) is not { } token)
            throw new AdminException($"Nothing was asked to be published for {domain}", AdminFault.InTheWay);
        var now = backend.Accounts.Time.GetUtcNow();
        await ReplaceAsync(row, Seen, now);
        return Of(domain, token, now);
    }

    static DomainProof Of(string domain, string token, DateTimeOffset? at) =>
        new($"{Label}.{domain}", $"cloud-verification={token}", at);

    async ValueTask<Row> RowAsync(string domain, CancellationToken cancel) =>
        await directory.ReadAsync(DirectoryRows.Domain(domain), cancel)
        ?? throw new AdminException($"The domain {domain} is not one of ours", AdminFault.Missing);

    async ValueTask ReplaceAsync(Row row, string name, object value)
    {
        var data = new RowData();
        foreach (var (key, kept) in row.Data)
            data.Add(key, kept);
        data[name] = value;
        var transaction = new RowTransaction(DirectoryRows.Partition).Replace(row.Key.Row, data, row.ETag);
        if (!(await directory.CommitAsync(transaction)).Committed)
            throw DirectoryLookup.Changed();
    }
}
