using Cloud.Flow.Door;
using Cloud.Flow.Outbound;
using Cloud.Flow.Outbound.Forwarding;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Messages;
using Cloud.Store.Outbox;
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

    /// <summary>Who brings it tells the sender of each recipient; else a notice goes to him about those who get nothing.</summary>
    public bool IsTold { get; init; }
}

/// <param name="Evidence">As it stands now.</param>
/// <param name="Nobody">Why there is no delivery, where there is none.</param>
/// <param name="Refused">Who gets nothing.</param>
sealed record Addressed(
    IReadOnlyList<Delivery> Deliveries,
    Evidence? Evidence,
    ReceivingStatus Nobody,
    IReadOnlyList<RefusedRecipient> Refused
);

/// <param name="Why">As if it were the only recipient.</param>
sealed record RefusedRecipient(OutboundRecipient To, ReceivingStatus Why)
{
    /// <summary>What its sender would have heard.</summary>
    public string Reply =>
        Why switch
        {
            ReceivingStatus.Unwanted => "550 5.7.1 This looks like spam, and is not passed on",
            ReceivingStatus.Loops => "554 5.4.6 Mail loop",
            _ => "550 5.1.1 No such mailbox",
        };
}

/// <summary>Finds the accounts behind recipients, and what is passed on to other servers.</summary>
/// <remarks>
/// Bytes: each delivery has a blob of its own. The upload itself goes to the first account, at the first try. An earlier
/// try may have given it to another account, which has left the alias since; so where there may have been one, each
/// account takes a copy. What is passed on has a copy of its own always, under a name that is the same at each try, so
/// that it goes out once: the outbox removes its bytes, and never those that an account may have.
/// </remarks>
sealed class Addressing(Expansion expansion, IBlobs blobs)
{
    /// <summary>Recipients named in the trace.</summary>
    const int MaxNamed = 3;

    /// <exception cref="StoreException">The directory or the message cannot be read now.</exception>
    public async ValueTask<Addressed> FindAsync(Incoming mail, CancellationToken cancel)
    {
        var (entries, refused) = (new List<Entry>(), new List<RefusedRecipient>());
        foreach (var to in mail.Recipients)
        {
            if (await expansion.FindAsync(to.Address, cancel) is { } leads && leads.Takes(mail.Origin.Sender))
                entries.Add(new(to, leads));
            else
                refused.Add(new(to, ReceivingStatus.NoRecipient));
        }
        var leaving = entries.Where(entry => entry.Leads.Outside.Count > 0).ToList();
        if (leaving.Count == 0)
            return new(DeliveriesOf(mail, entries, null), mail.Evidence, ReceivingStatus.NoRecipient, refused);

        // Who passes junk on is taken for its sender. What was promised and would be lost is.
        var isUnwanted = mail.Evidence is { Outcome: not DoorOutcome.Accept };
        if (isUnwanted)
            entries = Without(
                entries,
                entry => !mail.IsPromised || entry.Leads.Mailboxes.Count > 0,
                ReceivingStatus.Unwanted,
                refused
            );
        ForwardedHead? head = null;
        if (entries.Exists(entry => entry.Leads.Outside.Count > 0))
        {
            head = await HeadAsync(mail, leaving.Select(entry => entry.To), cancel);
            if (!mail.IsPromised)
                entries = Without(entries, entry => head.Loops(entry.To.Address), ReceivingStatus.Loops, refused);
        }
        var deliveries = DeliveriesOf(mail, entries, head);
        var dropped = refused.Where(one => one.Why != ReceivingStatus.NoRecipient).ToList();
        if (deliveries.Count > 0 && !mail.IsTold)
            deliveries.AddRange(await NoticesAsync(mail, dropped, head, cancel));
        return new(
            deliveries,
            EvidenceOf(mail, dropped),
            isUnwanted ? ReceivingStatus.Unwanted : ReceivingStatus.Loops,
            refused
        );
    }

    /// <summary>Entries of which nothing leaves: mailboxes keep theirs, and whoever has none gets nothing.</summary>
    static List<Entry> Without(
        List<Entry> entries,
        Predicate<Entry> stays,
        ReceivingStatus why,
        List<RefusedRecipient> refused
    )
    {
        var left = new List<Entry>();
        foreach (var entry in entries)
        {
            if (entry.Leads.Outside.Count == 0 || !stays(entry))
            {
                left.Add(entry);
                continue;
            }
            // Spam lies where a user can look for it, though she keeps nothing else.
            var accounts = why == ReceivingStatus.Unwanted ? entry.Leads.Mailboxes : entry.Leads.Accounts;
            if (accounts.Count > 0)
                left.Add(entry with { Leads = entry.Leads with { Accounts = accounts, Outside = [] } });
            else
                refused.Add(new(entry.To, why));
        }
        return left;
    }

    /// <summary>The upload may be gone, as a user deletes what was given to her account; then what is passed on has a copy.</summary>
    ValueTask<ForwardedHead> HeadAsync(
        Incoming mail,
        IEnumerable<OutboundRecipient> recipients,
        CancellationToken cancel
    ) => ForwardedHead.ReadAsync(blobs, [mail.Source, .. recipients.Select(to => BlobOf(mail, to))], cancel);

    static string BlobOf(Incoming mail, OutboundRecipient to) =>
        BlobNames.Of(Forwarder.IdOf(mail.Transaction, to.Address));

    /// <summary>Others get the message, so that it was accepted: its sender hears by mail of those who do not.</summary>
    /// <remarks>
    /// Not of spam whose sender's name nobody vouches for: it is seldom his own, and who owns it would be bothered (RFC 5321
    /// §6.2).
    /// </remarks>
    async ValueTask<IEnumerable<Delivery>> NoticesAsync(
        Incoming mail,
        List<RefusedRecipient> dropped,
        ForwardedHead? head,
        CancellationToken cancel
    )
    {
        var owed = dropped
            .Where(one => one.Why == ReceivingStatus.Loops || mail.Evidence is { IsAuthenticated: true })
            .Where(one => DsnWishes.Wants(mail.Origin.Sender, one.To.Notify, NoticeKinds.Failed))
            .DistinctBy(one => one.To.Address.Key)
            .ToList();
        if (owed.Count == 0)
            return [];
        head ??= await HeadAsync(mail, owed.Select(one => one.To), cancel);
        return owed.Select(one => ForwardOf(mail, one.To, head, one.To.Notify, [], one.Reply));
    }

    static Evidence? EvidenceOf(Incoming mail, List<RefusedRecipient> dropped)
    {
        if (mail.Evidence is not { } evidence || dropped.Count == 0)
            return mail.Evidence;
        var names = string.Join(", ", dropped.Take(MaxNamed).Select(one => one.To.Address));
        var step = $"not passed on ({dropped[0].Reply}) for {dropped.Count}: {names}";
        return evidence with
        {
            Steps = [.. evidence.Steps, step.Length <= Evidence.MaxStep ? step : step[..Evidence.MaxStep]],
        };
    }

    /// <param name="head">Null where nothing is passed on.</param>
    static List<Delivery> DeliveriesOf(Incoming mail, List<Entry> entries, ForwardedHead? head)
    {
        var accounts = new List<(AccountId Account, List<string> To)>();
        var forwards = new List<Delivery>();
        var reached = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (to, leads) in entries)
        {
            foreach (var account in leads.Accounts)
            {
                var known = accounts.FindIndex(one => one.Account == account);
                if (known < 0)
                    accounts.Add((account, [$"{to.Address}"]));
                else if (accounts[known].To.Count < Delivery.MaxAddresses)
                    accounts[known].To.Add($"{to.Address}");
            }
            var targets = leads.Outside.Where(target => reached.Add(target.Key)).ToList();
            if (head is null || targets.Count == 0)
                continue;
            var notify = leads.IsOneElsewhere ? to.Notify : DsnWishes.WithoutSuccess(to.Notify);
            forwards.Add(ForwardOf(mail, to, head, notify, targets));
        }
        return
        [
            .. accounts.Select(
                (one, place) =>
                    new Delivery(
                        one.Account.Value,
                        place == 0 && !mail.IsRepeated ? mail.Source : BlobNames.Of(mail.Transaction, one.Account),
                        one.To[0]
                    )
                    {
                        Also = one.To.Count > 1 ? [.. one.To.Skip(1)] : null,
                    }
            ),
            .. forwards,
        ];
    }

    static Delivery ForwardOf(
        Incoming mail,
        OutboundRecipient to,
        ForwardedHead head,
        string? notify,
        IReadOnlyList<EmailAddress> targets,
        string? refusal = null
    ) =>
        new(
            "",
            BlobOf(mail, to),
            $"{to.Address}",
            new(head.Start, head.IsGlobal, notify, to.OriginalRecipient, [.. targets.Select(one => $"{one}")], refusal)
        );

    sealed record Entry(OutboundRecipient To, Expanded Leads);
}
