using Cloud.Api.Gateway;
using Cloud.Flow.Outbound;
using Cloud.Flow.Outbound.Reports;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Directory;

namespace Cloud.Api.Admin;

/// <summary>The outbound queue, as the operator looks at it and changes it on the store at hand.</summary>
sealed class QueueAdministration(Backend backend) : IQueueAdministration
{
    readonly Sending sending = backend.Sending;
    readonly MailDirectory directory = backend.Directory;

    public async ValueTask<QueueList> ListAsync(QueueQuery query, CancellationToken cancel)
    {
        CheckFilter("--domain", query.Domain);
        CheckFilter("--sender", query.Sender);
        if (query.Limit is < 1 or > QueueQuery.MaxPage)
            throw new AdminException($"A list has 1 to {QueueQuery.MaxPage} messages at a time");
        var filter = new OutboxFilter
        {
            Recipient = query.Domain,
            Sender = query.Sender,
            IsOpen = query.State switch
            {
                QueueState.All => null,
                QueueState.Done => false,
                _ => true,
            },
            IsHeld = query.State switch
            {
                QueueState.Waiting => false,
                QueueState.Held => true,
                _ => null,
            },
        };
        var page = await sending.Control.ListAsync(filter, After(query.Cursor), query.Limit, cancel);
        return new([.. page.Messages.Select(EntryOf)], page.Cursor?.ToString());
    }

    public async ValueTask<QueueDetails> ShowAsync(string id, CancellationToken cancel)
    {
        var details = await sending.Control.ShowAsync(Id(id), cancel) ?? throw Unknown(id);
        return new(EntryOf(details.Message), [.. details.Recipients.Select(RecipientOf)]);
    }

    public async ValueTask<QueueChange> ChangeAsync(QueueVerb verb, string id, CancellationToken cancel)
    {
        if (!Enum.IsDefined(verb))
            throw new AdminException($"There is no {verb}");
        return await sending.Control.ChangeAsync(Id(id), verb, cancel) is { } done
            ? new(done.Changed, done.Busy)
            : throw Unknown(id);
    }

    public async ValueTask<IReadOnlyList<DeadTask>> ListDeadAsync(CancellationToken cancel) =>
        await FirstAsync(sending.DeadLetters.ListAsync(cancel), TaskOf);

    internal static DeadTask TaskOf(DeadLetter letter) => new(letter.Id, letter.At, letter.Reason, letter.Transaction);

    public async ValueTask ReplayDeadAsync(string id, CancellationToken cancel)
    {
        if (!await sending.DeadLetters.ReplayAsync(id, cancel))
            throw NoLetter(id);
    }

    public async ValueTask RemoveDeadAsync(string id, CancellationToken cancel)
    {
        if (!await sending.DeadLetters.RemoveAsync(id, cancel))
            throw NoLetter(id);
    }

    public async ValueTask<IReadOnlyList<SuppressedAddress>> ListSuppressedAsync(
        string list,
        CancellationToken cancel
    ) =>
        await FirstAsync(
            sending.Suppression.ListAsync(await ScopeAsync(list, cancel), cancel),
            entry => new SuppressedAddress(
                entry.Address,
                entry.Reason.ToString().ToLowerInvariant(),
                entry.Text,
                entry.Since,
                entry.Until
            )
        );

    public async ValueTask SuppressAsync(string list, string address, string text, int? days, CancellationToken cancel)
    {
        if (days is < 1 or > QueueQuery.MaxDays)
            throw new AdminException($"--days is from 1 to {QueueQuery.MaxDays}");
        await sending.Suppression.AddAsync(
            await ScopeAsync(list, cancel),
            Address(address),
            SuppressionReason.ByHand,
            text,
            days is { } number ? TimeSpan.FromDays(number) : null,
            cancel
        );
    }

    public async ValueTask UnsuppressAsync(string list, string address, CancellationToken cancel)
    {
        if (!await sending.Suppression.RemoveAsync(await ScopeAsync(list, cancel), Address(address), cancel))
            throw new AdminException($"{address} is not on the list of {list}", AdminFault.Missing);
    }

    public async ValueTask<IReadOnlyList<ReportSummary>> ListReportsAsync(
        string? domain,
        int days,
        CancellationToken cancel
    )
    {
        if (days is < 1 or > QueueQuery.MaxReportDays)
            throw new AdminException($"--days is from 1 to {QueueQuery.MaxReportDays}");
        var since = DateOnly.FromDateTime(backend.Accounts.Time.GetUtcNow().UtcDateTime).AddDays(-days);
        var found = new List<ReportSummary>();
        foreach (var name in await DomainsAsync(domain, cancel))
        {
            await foreach (var report in sending.Received.ListAsync(name, since, cancel))
            {
                if (found.Count == ReceivedReports.MaxListed)
                    return found;
                found.Add(report);
            }
        }
        return found;
    }

    async ValueTask<IReadOnlyList<string>> DomainsAsync(string? domain, CancellationToken cancel)
    {
        if (domain is not null)
        {
            var name = EmailAddress.IsDomain(domain) ? EmailAddress.CanonicalDomain(domain) : null;
            return name is not null && await directory.HasDomainAsync(name, cancel)
                ? [name]
                : throw new AdminException($"{domain} is no domain of ours");
        }
        var all = new List<string>();
        await foreach (var row in directory.ListAsync(DirectoryRows.Domains, cancel))
            all.Add(row.Key.Row[DirectoryRows.Domain("").Length..]);
        return all;
    }

    static async ValueTask<IReadOnlyList<TInfo>> FirstAsync<T, TInfo>(
        IAsyncEnumerable<T> source,
        Func<T, TInfo> convert
    )
    {
        var infos = new List<TInfo>();
        await foreach (var item in source)
        {
            if (infos.Count == QueueQuery.MaxPage)
                break;
            infos.Add(convert(item));
        }
        return infos;
    }

    async ValueTask<SuppressionScope> ScopeAsync(string list, CancellationToken cancel)
    {
        if (list.Contains('@'))
        {
            var key = Address(list).Key;
            var row = await directory.ReadAsync(DirectoryRows.User(key), cancel);
            return row is null
                ? throw new AdminException($"There is no user {key}")
                : SuppressionScope.Of(DirectoryRows.ToUser(row.Data).Account);
        }
        var domain = EmailAddress.IsDomain(list) ? EmailAddress.CanonicalDomain(list) : null;
        return domain is not null && await directory.HasDomainAsync(domain, cancel)
            ? SuppressionScope.Of(domain)
            : throw new AdminException($"{list} is neither a user nor a domain of ours");
    }

    static void CheckFilter(string option, string? text)
    {
        if (text is not null && EmailAddress.TryParse(text) is null && !EmailAddress.IsDomain(text))
            throw new AdminException($"{option}: {text} is neither a domain nor an address");
    }

    internal static QueueEntry EntryOf(QueuedMessage queued)
    {
        var message = queued.Message;
        var state = queued switch
        {
            { DoneAt: not null } => "done",
            { IsHeld: true } => "held",
            _ => "waiting",
        };
        return new(
            message.Id.ToString(),
            message.Accepted,
            message.From?.ToString() ?? "",
            state,
            queued.Recipients,
            queued.Open,
            message.Size,
            message.Subject,
            message.MessageId,
            message.HoldUntil,
            queued.DoneAt
        );
    }

    internal static QueueRecipient RecipientOf(QueuedRecipient to) =>
        new(
            to.Recipient.Address.ToString(),
            to.NextHop,
            to.State.ToString().ToLowerInvariant(),
            to.Attempts,
            to.Next,
            to.LastAttempt,
            to.Status,
            to.Reply,
            to.Host,
            to.HostAddress,
            to.Tls,
            to.PossibleRepeats,
            to.Told.ToString().ToLowerInvariant(),
            to.Transcript
        )
        {
            History = to.History,
        };

    static TransactionId? After(string? cursor) =>
        cursor is null
            ? null
            : TransactionId.TryParse(cursor) ?? throw new AdminException($"No list goes on at {cursor}");

    static TransactionId Id(string text) =>
        TransactionId.TryParse(text)
        ?? throw new AdminException($"{text} is no message's id, such as 1a2057827315f66d9c09c6f93d2");

    static EmailAddress Address(string text) =>
        EmailAddress.TryParse(text) ?? throw new AdminException($"{text} is no address");

    static AdminException Unknown(string id) =>
        new($"There is no message {id} in the queue (any more)", AdminFault.Missing);

    static AdminException NoLetter(string id) => new($"There is no dead letter {id}", AdminFault.Missing);
}
