using Cloud.Flow.Inbound;
using Cloud.Flow.Outbound;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Directory;
using Cloud.Store.Messages;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;

namespace Cloud.Flow.Trace;

/// <summary>Tells what happened to messages.</summary>
/// <remarks>
/// A view over what is written anyway: the accounts' logs, the outbox, what was refused. Nothing is stored for it that
/// would cost an operation of its own; nothing of it is a message's content. Accounts are looked at one after the other
/// where nobody says whose the message is: some reads for each.
/// </remarks>
public sealed class Tracing
{
    /// <summary>Messages of one list, over all its pages: who looks for an older one asks for it by its Message-ID.</summary>
    public const int MaxList = 5000;

    /// <summary>Users looked at for a message that nobody says whose it is.</summary>
    const int MaxUsers = 10_000;

    /// <summary>Up to so many users, all logs are looked into.</summary>
    const int FewUsers = 200;

    /// <summary>Users looked at side by side.</summary>
    const int AtATime = 8;

    /// <summary>Refused messages looked at for those that were for one user.</summary>
    const int MaxRefused = 2000;

    /// <summary>How far from its copy in a mailbox a message of the outbox was accepted.</summary>
    static readonly TimeSpan Near = TimeSpan.FromHours(1);

    readonly AccountStore accounts;
    readonly MailDirectory directory;
    readonly RefusedMail refused;
    readonly NewestSent sent;
    readonly OutboxHistory outbox;
    readonly AccountHistory history;
    readonly List<ITraceSource> sources = [];

    internal Tracing(AccountStore store, MailDirectory users, RefusedMail refusals, OutboxControl queue)
    {
        (accounts, directory, refused, sent) = (store, users, refusals, new(queue, store.Time));
        outbox = new(store.Rows, queue);
        history = new(store);
    }

    /// <summary>Has somebody asked, too, from now on. Called while rooms are put together, before the first question.</summary>
    public void Add(ITraceSource source) => sources.Add(source);

    /// <summary>Tells all that is known of a message.</summary>
    /// <returns>Null where nobody knows of it (any more), or the asker may not.</returns>
    /// <exception cref="StoreException">It cannot be read now.</exception>
    public async ValueTask<TraceReport?> ShowAsync(TransactionId id, TraceScope scope, CancellationToken cancel)
    {
        var users = await UsersAsync(scope, cancel);
        var steps = new List<TraceStep>();
        Email? email = null;
        await AddRefusedAsync(id, scope, users, steps, cancel);
        foreach (var details in await outbox.FindAsync(id, cancel))
        {
            var who = AddressOf(details.Message.Message.Account, users);
            if (who is not null || scope.IsOperator)
                steps.AddRange(OutboxHistory.Steps(details, who, scope.IsOperator));
        }
        foreach (var (address, account, row) in await OwnersAsync(id, users, cancel))
        {
            if (await history.ReadAsync(address, account, id, row, scope.Only is not null, cancel) is not { } found)
                continue;
            steps.AddRange(found.Steps);
            email ??= found.Email;
        }
        if (steps.Count == 0 && email is null)
            return null;
        foreach (var source in sources)
            steps.AddRange(await source.StepsAsync(id, scope, cancel));
        return new(
            id.ToString(),
            email is null ? null : MessageIdOf(email),
            email is null ? null : Convert.ToHexStringLower(email.Sha256.Span),
            [.. steps.OrderBy(step => step.At).Take(TraceReport.MaxSteps)]
        );
    }

    /// <summary>Whose message it is, or may have been.</summary>
    /// <remarks>
    /// An account that had it is known by its log alone, which is dear: of very many users they are asked only where nobody
    /// has it any more.
    /// </remarks>
    async ValueTask<IReadOnlyList<(string Address, AccountId Account, Email? Row)>> OwnersAsync(
        TransactionId id,
        IReadOnlyList<(string Address, AccountId Account)> users,
        CancellationToken cancel
    )
    {
        var all = new List<(string Address, AccountId Account, Email? Row)>();
        foreach (var some in users.Chunk(AtATime))
        {
            var found = some.Select(async user =>
                (user.Address, user.Account, await history.FindAsync(user.Account, id, cancel))
            );
            all.AddRange(await Task.WhenAll(found));
        }
        var owners = all.Where(user => user.Row is not null).ToList();
        return owners.Count > 0 && users.Count > FewUsers ? owners : all;
    }

    /// <summary>Finds messages by their Message-ID, in mailboxes and in the outbox.</summary>
    /// <param name="messageId">With or without its angle brackets.</param>
    /// <exception cref="StoreException">It cannot be read now.</exception>
    public async ValueTask<TraceList> FindAsync(string messageId, TraceScope scope, CancellationToken cancel)
    {
        var name = messageId.Trim().TrimStart('<').TrimEnd('>');
        var key = ThreadRows.Key(System.Text.Encoding.UTF8.GetBytes(name));
        var users = await UsersAsync(scope, cancel);
        var found = new List<TraceSummary>();
        var now = accounts.Time.GetUtcNow();
        var (since, until) = (DateTimeOffset.MaxValue, DateTimeOffset.MinValue);
        foreach (var (address, account) in users)
        {
            if (await accounts.Rows.GetAsync(Tables.Mail, new(account.Value, key), cancel) is not { } row)
                continue;
            var at = ThreadRows.At(row.Data);
            (since, until) = (at < since ? at : since, at > until ? at : until);
            if (found.Count < MaxList && ThreadRows.EmailOf(row.Data) is { } email)
                found.AddRange(await SummariesAsync(address, account, [email], cancel));
        }
        var filter = new OutboxFilter
        {
            Since = found.Count == 0 ? now - AccountStore.LogAge : since - Near,
            Until = found.Count == 0 ? null : until + Near,
            Sees = message => message.MessageId == name,
        };
        var outgoing = await SentAsync(filter, scope, users, MaxList, cancel);
        found.AddRange(outgoing.Messages);
        return new(Listed(found, MaxList), outgoing.IsCut);
    }

    /// <summary>Lists the newest messages of an address: a user's own, or those to and from somebody elsewhere.</summary>
    /// <param name="limit">1 to <see cref="MaxList"/>.</param>
    /// <exception cref="StoreException">It cannot be read now.</exception>
    public async ValueTask<TraceList> ListAsync(
        EmailAddress address,
        TraceScope scope,
        int limit,
        CancellationToken cancel
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxList);
        var users = await UsersAsync(scope, cancel);
        var (found, isCut) = (new List<TraceSummary>(), false);
        if (await directory.ResolveAsync(address, cancel) is { Count: > 0 } own)
        {
            foreach (var (who, account) in users.Where(user => own.Contains(user.Account)))
            {
                found.AddRange(await NewestAsync(who, account, limit, cancel));
                found.AddRange(await RefusedForAsync(who, account, limit, cancel));
                await AddSentAsync(new() { Account = account });
            }
        }
        else
            await AddSentAsync(new() { Recipient = address.ToString() });
        return new(Listed(found, limit), isCut);

        async ValueTask AddSentAsync(OutboxFilter filter)
        {
            var outgoing = await SentAsync(filter, scope, users, limit, cancel);
            found.AddRange(outgoing.Messages);
            isCut |= outgoing.IsCut;
        }
    }

    static IReadOnlyList<TraceSummary> Listed(IEnumerable<TraceSummary> found, int limit) =>
        [
            .. found
                .OrderByDescending(one => one.At)
                .ThenByDescending(one => one.Id, StringComparer.Ordinal)
                .ThenByDescending(one => one.Who ?? "", StringComparer.Ordinal)
                .DistinctBy(one => (one.Id, one.Who))
                .Take(limit),
        ];

    /// <summary>Users that the asker may hear of.</summary>
    async ValueTask<IReadOnlyList<(string Address, AccountId Account)>> UsersAsync(
        TraceScope scope,
        CancellationToken cancel
    )
    {
        var users = new List<(string, AccountId)>();
        if (scope.Only is { } only)
        {
            if (await directory.FindUserAsync(only, cancel) is { } user && scope.Sees(user.Address))
                users.Add((user.Address, user.Account));
            return users;
        }
        await foreach (var row in directory.ListAsync(DirectoryRows.Users(null), cancel))
        {
            var user = DirectoryRows.ToUser(row.Data);
            if (scope.Sees(user.Address))
                users.Add((user.Address, user.Account));
            if (users.Count == MaxUsers)
                break;
        }
        return users;
    }

    static string? AddressOf(AccountId? account, IReadOnlyList<(string Address, AccountId Account)> users) =>
        account is null ? null : users.FirstOrDefault(user => user.Account == account).Address;

    async ValueTask AddRefusedAsync(
        TransactionId id,
        TraceScope scope,
        IReadOnlyList<(string Address, AccountId Account)> users,
        List<TraceStep> steps,
        CancellationToken cancel
    )
    {
        if (await refused.FindAsync(id, cancel) is not { } one)
            return;
        var who = users.Where(user => one.Accounts.Contains(user.Account)).Select(user => user.Address).ToList();
        if (who.Count > 0 || scope.IsOperator)
            steps.AddRange(EvidenceText.Steps(one.Trace, id.At, who.Count > 0 ? string.Join(' ', who) : null));
    }

    /// <summary>The account's newest messages.</summary>
    async ValueTask<IReadOnlyList<TraceSummary>> NewestAsync(
        string who,
        AccountId account,
        int limit,
        CancellationToken cancel
    )
    {
        var emails = await NewestEmails.ReadAsync(accounts, account, limit, cancel);
        return await SummariesAsync(who, account, emails, cancel);
    }

    async ValueTask<IReadOnlyList<TraceSummary>> SummariesAsync(
        string who,
        AccountId account,
        IReadOnlyList<EmailId> emails,
        CancellationToken cancel
    )
    {
        var rows = await EmailReader.ReadAsync(accounts.Rows, account, emails, cancel);
        return
        [
            .. rows.Select(row => new TraceSummary(
                row.Email.Transaction.ToString(),
                row.Email.Transaction.At,
                "in",
                who,
                AuthorOf(row.Email),
                MessageIdOf(row.Email),
                "in a mailbox"
            )),
        ];
    }

    async ValueTask<IReadOnlyList<TraceSummary>> RefusedForAsync(
        string who,
        AccountId account,
        int limit,
        CancellationToken cancel
    )
    {
        var all = await refused.NewestAsync(accounts.Time.GetUtcNow(), MaxRefused, cancel);
        return
        [
            .. all.Where(one => one.Accounts.Contains(account))
                .Take(limit)
                .Select(one => new TraceSummary(
                    one.Id.ToString(),
                    one.Id.At,
                    "refused",
                    who,
                    one.Trace.Session?.From,
                    null,
                    one.Trace.Evidence is { } evidence ? EvidenceText.Verdict(evidence) : ""
                )),
        ];
    }

    /// <summary>The newest of the outbox that the asker may hear of.</summary>
    async ValueTask<TraceList> SentAsync(
        OutboxFilter filter,
        TraceScope scope,
        IReadOnlyList<(string Address, AccountId Account)> users,
        int limit,
        CancellationToken cancel
    )
    {
        var names = users.DistinctBy(user => user.Account).ToDictionary(user => user.Account, user => user.Address);
        var takes = filter.Sees;
        string? NameOf(Outbound.Submission message) =>
            message.Account is { } account ? names.GetValueOrDefault(account) : null;
        bool Sees(Outbound.Submission message) =>
            (scope.IsOperator || NameOf(message) is not null) && takes?.Invoke(message) != false;
        var (messages, isCut) = await sent.ReadAsync(filter with { Sees = Sees }, limit, cancel);
        return new([.. messages.Select(queued => SummaryOf(queued, NameOf(queued.Message)))], isCut);
    }

    static TraceSummary SummaryOf(QueuedMessage queued, string? who)
    {
        var state = queued.Open > 0 ? $"{queued.Open} of {queued.Recipients} recipients open" : "done";
        return new(
            queued.Message.Id.ToString(),
            queued.Message.Accepted,
            "out",
            who,
            queued.Message.From?.ToString(),
            queued.Message.MessageId,
            state
        );
    }

    static string? MessageIdOf(Email email) =>
        email.Index.Length > 0 && email.UnpackIndex().MessageId is { IsNilOrEmpty: false } id ? id.ToString() : null;

    static string? AuthorOf(Email email)
    {
        if (email.Index.Length == 0 || email.UnpackIndex().Envelope.From is not [var author, ..])
            return null;
        return author.Mailbox.IsNil || author.Host.IsNil ? null : $"{author.Mailbox}@{author.Host}";
    }
}
