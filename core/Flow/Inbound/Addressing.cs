using Cloud.Flow.Door;
using Cloud.Flow.Outbound;
using Cloud.Flow.Outbound.Forwarding;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Flow.Inbound;

/// <summary>A message whose recipients are to be looked up.</summary>
/// <param name="Source">The blob that was uploaded.</param>
/// <param name="Recipients">As the envelope named them.</param>
/// <param name="Evidence">What the door found out; null for mail that nobody has judged.</param>
sealed record Incoming(
    TransactionId Transaction,
    string Source,
    IReadOnlyList<OutboundRecipient> Recipients,
    Origin Origin,
    Evidence? Evidence
)
{
    /// <summary>An earlier try may have got somewhere.</summary>
    public bool IsRepeated { get; init; }

    /// <summary>Its sender has heard 250: nothing is refused any more.</summary>
    public bool IsPromised { get; init; }
}

/// <param name="Evidence">As it stands now.</param>
/// <param name="Nobody">Why there is no delivery, where there is none.</param>
sealed record Addressed(IReadOnlyList<Delivery> Deliveries, Evidence? Evidence, ReceivingStatus Nobody);

/// <summary>Finds the accounts behind recipients, and what is passed on to other servers.</summary>
/// <remarks>
/// Bytes: each delivery has a blob of its own. The upload itself goes to the first account, at the first try. An earlier
/// try may have given it to another account, which has left the alias since; so where there may have been one, each
/// account takes a copy. What is passed on has a copy of its own always, under a name that is the same at each try, so
/// that it goes out once: the outbox removes its bytes, and never those that an account may have.
/// </remarks>
sealed class Addressing(Expansion expansion, IBlobs blobs)
{
    /// <exception cref="StoreException">The directory or the message cannot be read now.</exception>
    public async ValueTask<Addressed> FindAsync(Incoming mail, CancellationToken cancel)
    {
        var entries = new List<(OutboundRecipient To, Expanded Leads)>();
        foreach (var to in mail.Recipients)
        {
            if (await expansion.FindAsync(to.Address, cancel) is { } leads && leads.Takes(mail.Origin.Sender))
                entries.Add((to, leads));
        }
        if (!entries.Exists(entry => entry.Leads.Outside.Count > 0))
            return new(DeliveriesOf(mail, entries, null), mail.Evidence, ReceivingStatus.NoRecipient);

        // Who passes junk on is taken for its sender. What was promised and would be lost is.
        var isUnwanted = mail.Evidence is { Outcome: not DoorOutcome.Accept };
        if (isUnwanted && !(mail.IsPromised && entries.TrueForAll(entry => entry.Leads.Accounts.Count == 0)))
            return new(DeliveriesOf(mail, entries, null), mail.Evidence, ReceivingStatus.Unwanted);
        var head = await ForwardedHead.ReadAsync(blobs, mail.Source, cancel);
        if (!mail.IsPromised)
            entries.RemoveAll(entry => entry.Leads.Outside.Count > 0 && head.Loops(entry.To.Address));
        return new(DeliveriesOf(mail, entries, head), mail.Evidence, ReceivingStatus.Loops);
    }

    /// <param name="head">Null where nothing is passed on.</param>
    static List<Delivery> DeliveriesOf(
        Incoming mail,
        List<(OutboundRecipient To, Expanded Leads)> entries,
        ForwardedHead? head
    )
    {
        var accounts = new List<(AccountId Account, EmailAddress To)>();
        var forwards = new List<Delivery>();
        var reached = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (to, leads) in entries)
        {
            foreach (var account in leads.Accounts)
            {
                if (!accounts.Exists(one => one.Account == account))
                    accounts.Add((account, to.Address));
            }
            var targets = leads.Outside.Where(target => reached.Add(target.Key)).ToList();
            if (head is not null && targets.Count > 0)
                forwards.Add(ForwardOf(mail, to, head, targets.Count == leads.Outside.Count ? null : targets));
        }
        return
        [
            .. accounts.Select(
                (one, place) =>
                    new Delivery(
                        one.Account.Value,
                        place == 0 && !mail.IsRepeated ? mail.Source : BlobNames.Of(mail.Transaction, one.Account),
                        $"{one.To}"
                    )
            ),
            .. forwards,
        ];
    }

    /// <param name="targets">Null for all.</param>
    static Delivery ForwardOf(
        Incoming mail,
        OutboundRecipient to,
        ForwardedHead head,
        IReadOnlyList<EmailAddress>? targets
    ) =>
        new(
            "",
            BlobNames.Of(Forwarder.IdOf(mail.Transaction, to.Address)),
            $"{to.Address}",
            new(head.Start, head.IsGlobal, to.Notify, to.OriginalRecipient, targets?.Select(one => $"{one}").ToList())
        );
}
