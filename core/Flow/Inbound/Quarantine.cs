using System.Text;
using Cloud.Flow.Door;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Directory;
using Cloud.Store.Ports;

namespace Cloud.Flow.Inbound;

/// <summary>Sends what is quarantined to the address for that, instead of its recipients.</summary>
static class Quarantine
{
    /// <summary>Octets of the recipients' names in the field that tells them: the field is read with the message's row.</summary>
    const int MaxNames = 2 * 1024;

    /// <summary>Finds the accounts that get a message.</summary>
    /// <returns>With the evidence as it stands then: where nobody takes what is quarantined, it goes to its recipients.</returns>
    /// <exception cref="StoreException">The directory cannot be read now.</exception>
    public static async ValueTask<(IReadOnlyList<Delivery> Deliveries, Evidence? Evidence)> AddressAsync(
        MailDirectory directory,
        TransactionId transaction,
        string source,
        IEnumerable<EmailAddress> recipients,
        Evidence? evidence,
        bool repeated,
        CancellationToken cancel
    )
    {
        if (
            evidence is { Outcome: DoorOutcome.Quarantine, Quarantine: { } text }
            && EmailAddress.TryParse(text) is { } address
        )
        {
            var kept = await DeliveriesAsync([address]);
            if (kept.Count > 0)
                return (kept, evidence with { Fields = evidence.Fields + FieldOf(recipients) });
        }
        return (await DeliveriesAsync(recipients), evidence is null ? null : evidence with { Quarantine = null });

        ValueTask<IReadOnlyList<Delivery>> DeliveriesAsync(IEnumerable<EmailAddress> to) =>
            Addressing.DeliveriesAsync(directory, transaction, source, to, repeated, cancel);
    }

    /// <summary>Who should have got it, as amavis and others write it: a line for each.</summary>
    static string FieldOf(IEnumerable<EmailAddress> recipients)
    {
        var text = new StringBuilder("X-Envelope-To: ");
        var separator = "";
        foreach (var recipient in recipients)
        {
            if (text.Length > MaxNames)
                return text.Append(",\r\n\tand others\r\n").ToString();
            text.Append(separator).Append('<').Append(recipient).Append('>');
            separator = ",\r\n\t";
        }
        return text.Append("\r\n").ToString();
    }
}
