using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Directory;
using Cloud.Store.Messages;

namespace Cloud.Flow.Inbound;

/// <summary>Finds the accounts behind recipients.</summary>
static class Addressing
{
    /// <summary>Each account once, with its blob's name: the first takes the upload itself, the others copies.</summary>
    public static async ValueTask<IReadOnlyList<Delivery>> DeliveriesAsync(
        MailDirectory directory,
        TransactionId transaction,
        string source,
        IEnumerable<EmailAddress> recipients,
        CancellationToken cancel
    )
    {
        var found = new List<AccountId>();
        foreach (var recipient in recipients)
        {
            foreach (var account in await directory.ResolveAsync(recipient, cancel) ?? [])
            {
                if (!found.Contains(account))
                    found.Add(account);
            }
        }
        return
        [
            .. found.Select(
                (account, copy) => new Delivery(account.Value, copy == 0 ? source : BlobNames.Of(transaction, copy))
            ),
        ];
    }
}
