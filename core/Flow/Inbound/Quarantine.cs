using System.Text;
using Cloud.Flow.Door;
using Cloud.Flow.Outbound;
using Cloud.Mail;
using Cloud.Store.Ports;

namespace Cloud.Flow.Inbound;

/// <summary>Sends what is quarantined to the address for that, instead of its recipients.</summary>
static class Quarantine
{
    /// <summary>Octets of the recipients' names in the field that tells them: the field is read with the message's row.</summary>
    const int MaxNames = 2 * 1024;

    /// <summary>Finds who gets a message.</summary>
    /// <returns>With the evidence as it stands then: where nobody takes what is quarantined, it goes to its recipients.</returns>
    /// <exception cref="StoreException">The directory or the message cannot be read now.</exception>
    public static async ValueTask<Addressed> AddressAsync(
        Addressing addressing,
        Incoming mail,
        CancellationToken cancel
    )
    {
        var evidence = mail.Evidence;
        if (
            evidence is { Outcome: DoorOutcome.Quarantine, Quarantine: { } text }
            && EmailAddress.TryParse(text) is { } address
        )
        {
            var kept = await addressing.FindAsync(mail with { Recipients = [new(address)] }, cancel);
            if (kept.Deliveries.Count > 0)
                return kept with { Evidence = evidence with { Fields = evidence.Fields + FieldOf(mail.Recipients) } };
        }
        return await addressing.FindAsync(
            mail with
            {
                Evidence = evidence is null ? null : evidence with { Quarantine = null },
            },
            cancel
        );
    }

    /// <summary>Who should have got it, as amavis and others write it: a line for each.</summary>
    static string FieldOf(IEnumerable<OutboundRecipient> recipients)
    {
        var text = new StringBuilder("X-Envelope-To: ");
        var separator = "";
        foreach (var recipient in recipients)
        {
            if (text.Length > MaxNames)
                return text.Append(",\r\n\tand others\r\n").ToString();
            text.Append(separator).Append('<').Append(recipient.Address).Append('>');
            separator = ",\r\n\t";
        }
        return text.Append("\r\n").ToString();
    }
}
