using Cloud.Flow.Door;
using Cloud.Flow.Inbound;
using Cloud.Flow.Outbound;
using Cloud.Flow.Trace;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;

namespace Cloud.Flow.Hooks;

/// <summary>Tells what happens to mail that comes in.</summary>
sealed class InboundEvents(EventFeed feed, AccountStore accounts)
{
    /// <summary>Parts of a quota, in percent, at which it is told that an account has come to them.</summary>
    static readonly int[] Marks = [80, 95];

    /// <summary>Learns who wants what, so that <see cref="TellAsync"/> need not ask the store in a moment.</summary>
    /// <exception cref="Store.Ports.StoreException">Nobody can tell now.</exception>
    public ValueTask ReadyAsync(CancellationToken cancel) => feed.ReadyAsync(cancel);

    /// <summary>A delivery is filed, or passed on: told before its sender hears 250, and again where that is repeated.</summary>
    /// <param name="judgement">Where it was filed; null where an earlier try did it, or it was passed on.</param>
    /// <exception cref="Store.Ports.StoreException">It may not have been told.</exception>
    public async ValueTask TellAsync(
        InboundMail mail,
        Delivery delivery,
        Judgement? judgement,
        CancellationToken cancel
    )
    {
        if (mail.IsSentCopy || delivery.Forward?.Refusal is not null)
            return;
        var addressed = DomainRecipients.Of(delivery);
        var isKept = delivery.Forward is null;
        var wantsReceived = await MayWantAsync(MailEventKind.Received, addressed, cancel);
        var wantsFiled = isKept && await MayWantAsync(MailEventKind.Filed, addressed, cancel);
        var wantsQuota = isKept && await feed.MayWantAsync(MailEventKind.Quota, addressed[0].Domain, cancel);
        if (!wantsReceived && !wantsFiled && !wantsQuota)
            return;
        // A route has no mailbox: nothing is filed, and nobody has a quota.
        var retention = isKept ? await RetentionAsync(delivery, cancel) : null;
        if (wantsReceived)
            await TellAsync(MailEventKind.Received);
        if (wantsFiled && retention is null)
            await TellAsync(MailEventKind.Filed);
        if (wantsQuota && retention is null)
            await TellQuotaAsync(mail, delivery, addressed[0].Domain, cancel);

        ValueTask TellAsync(MailEventKind kind) =>
            feed.TellAsync(
                [
                    .. addressed.Select(to =>
                        Of(mail, delivery, judgement, to, kind) with
                        {
                            IsTransient = kind == MailEventKind.Received && retention == 0,
                        }
                    ),
                ],
                cancel
            );
    }

    /// <summary>Recipients in one domain of ours that led to one account.</summary>
    /// <param name="Domain">Empty where nobody knows any more.</param>
    /// <param name="To">As the envelope names them.</param>
    sealed record DomainRecipients(string Domain, IReadOnlyList<string> To)
    {
        /// <returns>One for each domain, so that no tenant reads another's; at least one.</returns>
        public static List<DomainRecipients> Of(Delivery delivery) =>
            delivery.To is null
                ? [new("", [])]
                :
                [
                    .. (delivery.Also ?? [])
                        .Prepend(delivery.To)
                        .GroupBy(to =>
                            EmailAddress.TryParse(to) is { } one ? EmailAddress.CanonicalDomain(one.Domain) : ""
                        )
                        .Select(some => new DomainRecipients(some.Key, [.. some])),
                ];
    }

    async ValueTask<bool> MayWantAsync(MailEventKind kind, List<DomainRecipients> addressed, CancellationToken cancel)
    {
        foreach (var one in addressed)
        {
            if (await feed.MayWantAsync(kind, one.Domain, cancel))
                return true;
        }
        return false;
    }

    /// <summary>By what memory has of the account just after the filing: that costs nothing.</summary>
    /// <returns>Null for a user's.</returns>
    async ValueTask<int?> RetentionAsync(Delivery delivery, CancellationToken cancel) =>
        await accounts.PeekAsync(new(delivery.Account), cancel) is { Account: var row } ? row.Retention : null;

    static MailEvent Of(
        InboundMail mail,
        Delivery delivery,
        Judgement? judgement,
        DomainRecipients addressed,
        MailEventKind kind
    )
    {
        var to = addressed.To is [var first, ..] ? first : null;
        var index = mail.Index.Length == 0 ? null : MessageIndex.Unpack(mail.Index);
        var score = mail.Evidence?.Score;
        // Where an earlier try filed it, what the account's own filter said is not asked again.
        bool? isSpam = mail.Evidence switch
        {
            null => null,
            { Outcome: var outcome } when judgement is null => outcome != DoorOutcome.Accept,
            _ => judgement.Value.Role == MailboxRole.Junk,
        };
        var author = index?.Envelope.From.FirstOrDefault(address => address.IsMailbox);
        var transaction = TransactionId.TryParse(mail.Transaction) ?? default;
        return New(transaction, $"{delivery.Account}|{to}", kind, addressed.Domain) with
        {
            Transaction = mail.Transaction,
            Account = delivery.Account.Length == 0 ? null : delivery.Account,
            Address = to is null ? null : EmailAddress.TryParse(to)?.Key,
            From = mail.Origin?.From,
            To = to is null ? null : addressed.To,
            Recipients = Math.Max(1, addressed.To.Count),
            Author = author is { IsMailbox: true } one ? MailEvent.Cut(one.Spec) : null,
            Subject = MailEvent.Cut(index?.Subject),
            MessageId = MailEvent.Cut(index?.MessageId.ToString()),
            Size = mail.Size,
            HasAttachment = index?.HasAttachment ?? false,
            IsSpam = isSpam,
            Score = score?.Total,
            Rules = score is null ? null : RulesOf(score),
            Mailbox = kind == MailEventKind.Filed ? judgement?.Role.ToString().ToLowerInvariant() : null,
            IsForwarded = delivery.Forward is not null,
        };
    }

    static List<EventRule> RulesOf(Trust.Content.ContentScore score) =>
        [.. score.Hits.Take(MailEvent.MaxRules).Select(hit => new EventRule(hit.Name, hit.Score))];

    /// <summary>By what memory has of the account just after the filing: that costs nothing.</summary>
    async ValueTask TellQuotaAsync(InboundMail mail, Delivery delivery, string domain, CancellationToken cancel)
    {
        if (await accounts.PeekAsync(new(delivery.Account), cancel) is not { Account: { Quota: > 0 } account })
            return;
        var before = account.Octets - mail.Size;
        var mark = Marks.LastOrDefault(part => IsOver(account.Octets, part) && !IsOver(before, part));
        if (mark == 0)
            return;
        var transaction = TransactionId.TryParse(mail.Transaction) ?? default;
        var told = New(transaction, delivery.Account, MailEventKind.Quota, domain) with
        {
            Account = delivery.Account,
            Address = delivery.To is null ? null : EmailAddress.TryParse(delivery.To)?.Key,
            Used = account.Octets,
            Limit = account.Quota,
            Percent = mark,
        };
        await feed.TellAsync(told, cancel);

        bool IsOver(long octets, int percent) => octets >= account.Quota / 100.0 * percent;
    }

    /// <summary>The door has refused a message, or put it off: an event for each domain that it was for.</summary>
    /// <exception cref="Store.Ports.StoreException">It may not have been told.</exception>
    public async ValueTask TellRefusedAsync(
        TransactionId transaction,
        IReadOnlyList<EmailAddress> recipients,
        MessageTrace trace,
        CancellationToken cancel
    )
    {
        if (trace.Evidence is not { } evidence)
            return;
        foreach (var some in recipients.GroupBy(to => EmailAddress.CanonicalDomain(to.Domain)).Take(Domains))
        {
            if (!await feed.MayWantAsync(MailEventKind.Rejected, some.Key, cancel))
                continue;
            var told = New(transaction, some.Key, MailEventKind.Rejected, some.Key) with
            {
                Transaction = $"{transaction}",
                Address = some.First().Key,
                From = trace.Session?.From is { Length: > 0 } from ? from : null,
                To = [.. some.Take(MailEvent.MaxAddresses).Select(to => $"{to}")],
                Recipients = some.Count(),
                IsSpam = true,
                Score = evidence.Score.Total,
                Rules = RulesOf(evidence.Score),
                Status = $"{(evidence.Outcome == DoorOutcome.Defer ? 4 : 5)}.{evidence.Code}",
                Reply = MailEvent.Cut(evidence.Reason),
            };
            await feed.TellAsync(told, cancel);
        }
    }

    /// <summary>Domains of ours that one refused message is told for.</summary>
    const int Domains = 10;

    /// <summary>At the transaction's time, so that a repetition is the same event.</summary>
    static MailEvent New(TransactionId transaction, string what, MailEventKind kind, string domain) =>
        new(
            $"{DerivedId.Of(transaction, transaction.At, $"event {kind} {what}")}",
            kind,
            transaction.At.ToUnixTimeMilliseconds(),
            domain
        );
}
