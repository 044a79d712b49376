using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Directory;
using Cloud.Store.Messages;

namespace Cloud.Flow.Inbound;

/// <summary>Finds the accounts behind recipients.</summary>
static class Addressing
{
    /// <summary>Each account once, with its blob's name.</summary>
    /// <param name="repeated">
    /// False at the first try: then the first account takes the upload itself. An earlier try may have given that to
    /// another, who has left the alias since; so where there may have been one, each account takes a copy of its own.
    /// </param>
    public static async ValueTask<IReadOnlyList<Delivery>> DeliveriesAsync(
        MailDirectory directory,
        TransactionId transaction,
        string source,
        IEnumerable<EmailAddress> recipients,
        bool repeated,
        CancellationToken cancel
    )
    {
        var found = new List<(AccountId Account, EmailAddress To)>();
        foreach (var recipient in recipients)
        {
            foreach (var account in await directory.ResolveAsync(recipient, cancel) ?? [])
            {
                if (!found.Exists(one => one.Account == account))
                    found.Add((account, recipient));
            }
        }
        return
        [
            .. found.Select(
                (one, place) =>
                    new Delivery(
                        one.Account.Value,
                        place == 0 && !repeated ? source : BlobNames.Of(transaction, one.Account),
                        $"{one.To}"
                    )
            ),
        ];
    }
}
