using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Messages;

namespace Cloud.Api.Gateway.Operations;

/// <summary>FETCH: what never changes about messages.</summary>
static class FetchEmails
{
    /// <param name="isAllowed">Others are left out as if they were gone; null for all.</param>
    public static async ValueTask<IReadOnlyList<Email>> RunAsync(
        AccountStore accounts,
        AccountId account,
        IReadOnlyList<EmailId> emails,
        CancellationToken cancel,
        Func<EmailRow, bool>? isAllowed = null
    )
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(emails.Count, GatewayLimits.FetchEmails);
        var rows = await EmailReader.ReadAsync(accounts.Rows, account, emails, cancel);
        var found = new Dictionary<EmailId, Email>(rows.Count);
        foreach (var row in isAllowed is null ? rows : rows.Where(isAllowed))
            found[row.Email.Id] = await WithIndexAsync(accounts, row.Email, cancel);
        return [.. emails.Where(found.ContainsKey).Select(email => found[email])];
    }

    /// <summary>An index too long for its row is made anew.</summary>
    static async ValueTask<Email> WithIndexAsync(AccountStore accounts, Email email, CancellationToken cancel)
    {
        if (email.Index.Length > 0)
            return email;
        return email with { Index = await Indexing.OfBlobAsync(accounts.Blobs, email.Blob, cancel) };
    }
}
