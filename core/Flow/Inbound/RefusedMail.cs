using Cloud.Flow.Door;
using Cloud.Flow.Hooks;
using Cloud.Flow.Trace;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Directory;
using Cloud.Store.Ports;

namespace Cloud.Flow.Inbound;

/// <summary>Why messages were refused or put off, kept for a while for those they were for.</summary>
/// <remarks>
/// Table <c>refused</c>, one partition, a row for each by its transaction: text order is order of time, so that the sweep
/// reads what it removes and nothing else. A message costs one write; its recipients were looked up at RCPT. How many
/// are kept is <see cref="RefusalBudget"/>'s to say: strangers decide how many there are. To change it is a migration.
/// </remarks>
sealed class RefusedMail(IRows rows, MailDirectory directory, InboundEvents events)
{
    public const string Table = "refused";

    const string Partition = "refused";

    /// <summary>How long they can be asked for. A sender whose mail was refused asks within days.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromDays(7);

    /// <summary>Octets of a trace: half of what a message that was taken has.</summary>
    const int MaxTrace = 8 * 1024;

    /// <summary>Accounts that may read it; a message to more is mostly refused for all of them alike.</summary>
    const int MaxAccounts = 100;

    /// <summary>What is older than <see cref="Age"/>.</summary>
    public static RowRange Expired(DateTimeOffset now) =>
        new(Partition, "", $"{new TransactionId((ulong)(now - Age).ToUnixTimeMilliseconds(), 0)}");

    /// <param name="transaction">As the sender was told.</param>
    /// <param name="recipients">Whom the message was for; who is none of ours counts for nothing.</param>
    /// <param name="trace">Who wanted to hand it over, and why it was refused.</param>
    /// <param name="cancel">Ends the write.</param>
    /// <exception cref="StoreException">It is not kept.</exception>
    public async ValueTask KeepAsync(
        TransactionId transaction,
        IReadOnlyList<EmailAddress> recipients,
        MessageTrace trace,
        CancellationToken cancel
    )
    {
        var accounts = new HashSet<string>(StringComparer.Ordinal);
        foreach (var recipient in recipients)
        {
            if (accounts.Count >= MaxAccounts)
                break;
            foreach (var account in await directory.ResolveAsync(recipient, cancel) ?? [])
                accounts.Add(account.Value);
        }

        var row = new RowData
        {
            { "Trace", trace.Pack(MaxTrace) },
            { "Accounts", string.Join(' ', accounts.Take(MaxAccounts)) },
        };
        await rows.CommitAsync(Table, new RowTransaction(Partition).Upsert($"{transaction}", row), cancel);
        await events.TellRefusedAsync(transaction, recipients, trace, cancel);
    }

    /// <summary>One read.</summary>
    /// <returns>Null when nothing is kept of it.</returns>
    /// <exception cref="StoreException">It cannot be read now.</exception>
    public async ValueTask<RefusedMessage?> FindAsync(TransactionId transaction, CancellationToken cancel) =>
        await rows.GetAsync(Table, new(Partition, $"{transaction}"), cancel) is { } row ? From(row) : null;

    /// <summary>The last ones, newest first.</summary>
    /// <param name="read">How many are looked at.</param>
    public async ValueTask<IReadOnlyList<RefusedMessage>> NewestAsync(
        DateTimeOffset now,
        int read,
        CancellationToken cancel
    )
    {
        // Rows come oldest first: a step back in time is doubled until it holds enough, or all.
        var found = new List<RefusedMessage>();
        for (var back = TimeSpan.FromHours(1); ; back *= 4)
        {
            var since = back < Age ? back : Age;
            found.Clear();
            var from = new TransactionId((ulong)(now - since).ToUnixTimeMilliseconds(), 0);
            await foreach (var row in rows.ReadAsync(Table, new(Partition, $"{from}", null), cancel))
            {
                if (From(row) is { } refused)
                    found.Add(refused);
            }
            if (found.Count >= read || since == Age)
                break;
        }
        found.Reverse();
        return [.. found.Take(read)];
    }

    static RefusedMessage? From(Row row) =>
        TransactionId.TryParse(row.Key.Row) is { } id && MessageTrace.Unpack(row.Data.Bytes("Trace")) is { } trace
            ? new(id, [.. (row.Data.String("Accounts") ?? "").Split(' ').Select(one => new AccountId(one))], trace)
            : null;
}

/// <param name="Accounts">Whom it was for.</param>
sealed record RefusedMessage(TransactionId Id, IReadOnlyList<AccountId> Accounts, MessageTrace Trace);
