using System.Collections.Concurrent;
using Cloud.Mail;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound;

/// <summary>Addresses that nothing is sent to, on the list of an account or of the sender's domain.</summary>
/// <remarks>
/// A list is read once for some minutes, so that it costs a message nothing. What is put on it here is known here at
/// once, elsewhere by then.
/// </remarks>
public sealed class Suppression
{
    /// <summary>Entries of one list that are held in memory; of a longer one, an address is looked up by itself.</summary>
    const int MaxHeld = RowLimits.QueryRows;

    /// <summary>Lists held in memory.</summary>
    const int MaxLists = 1000;

    static readonly TimeSpan Age = TimeSpan.FromMinutes(5);

    readonly ConcurrentDictionary<string, HeldList> lists = new(StringComparer.Ordinal);
    readonly IRows rows;
    readonly TimeProvider time;
    readonly OutboundOptions options;

    internal Suppression(IRows source, TimeProvider clock, OutboundOptions settings) =>
        (rows, time, options) = (source, clock, settings);

    /// <returns>Null for one that may be written to, and where nobody can tell: the list spares trouble, no more.</returns>
    internal async ValueTask<SuppressionEntry?> TryFindAsync(
        Submission message,
        string address,
        CancellationToken cancel
    )
    {
        if (message.From is not { } from || EmailAddress.TryParse(address) is not { } to)
            return null;
        var row = SuppressionRows.Row(to.Key);
        try
        {
            if (message.Account is { } account && await FindAsync(SuppressionRows.Of(account), row, cancel) is { } own)
                return own;
            return await FindAsync(SuppressionRows.Of(EmailAddress.CanonicalDomain(from.Domain)), row, cancel);
        }
        catch (StoreException)
        {
            return null;
        }
    }

    /// <summary>RFC 3463 §3.2, §3.3: there is no such mailbox, system, or recipient any more.</summary>
    internal static bool IsBounce(string status) =>
        status is "5.1.1" or "5.1.2" or "5.1.3" or "5.1.6" or "5.1.10" or "5.2.1";

    /// <returns>False when the store failed: the next message finds out again.</returns>
    internal ValueTask<bool> TryAddBounceAsync(Submission message, RecipientRow row) =>
        TryAddAsync(
            message,
            row,
            SuppressionReason.Bounce,
            // The list is its users' to read, and what the operator's own relay says is not.
            (row.BySmarthost ? row.Status : row.Reply) ?? "",
            options.BounceSuppression
        );

    /// <returns>False when the store failed: the next complaint tells again.</returns>
    internal ValueTask<bool> TryAddComplaintAsync(Submission message, RecipientRow row, string text) =>
        TryAddAsync(message, row, SuppressionReason.Complaint, text, options.ComplaintSuppression);

    async ValueTask<bool> TryAddAsync(
        Submission message,
        RecipientRow row,
        SuppressionReason reason,
        string text,
        TimeSpan length
    )
    {
        if (length <= TimeSpan.Zero || message.From is not { } from)
            return true;
        if (EmailAddress.TryParse(row.Address) is not { } address)
            return true;
        // What is there for longer, such as what somebody put there for ever, stays.
        var held = await TryFindAsync(message, row.Address, CancellationToken.None);
        if (held is not null && !(held.Until < time.GetUtcNow() + length))
            return true;
        var scope = message.Account is { } account
            ? SuppressionScope.Of(account)
            : SuppressionScope.Of(EmailAddress.CanonicalDomain(from.Domain));
        try
        {
            await AddAsync(scope, address, reason, text, length, CancellationToken.None);
            return true;
        }
        catch (StoreException)
        {
            return false;
        }
    }

    /// <summary>Puts an address on a list, or changes why it is there.</summary>
    /// <param name="length">For how long; null for ever.</param>
    /// <exception cref="StoreException">It may not be there.</exception>
    public async ValueTask AddAsync(
        SuppressionScope scope,
        EmailAddress address,
        SuppressionReason reason,
        string text,
        TimeSpan? length,
        CancellationToken cancel
    )
    {
        var now = time.GetUtcNow();
        var entry = new SuppressionEntry(address.ToString(), reason, text, now, now + length);
        var partition = PartitionOf(scope);
        var transaction = new RowTransaction(partition).Upsert(SuppressionRows.Row(address.Key), entry.ToRow());
        await rows.CommitAsync(SuppressionRows.Table, transaction, cancel);
        lists.TryRemove(partition, out _);
    }

    /// <returns>False when it was not there.</returns>
    /// <exception cref="StoreException">It may be there still.</exception>
    public async ValueTask<bool> RemoveAsync(SuppressionScope scope, EmailAddress address, CancellationToken cancel)
    {
        var partition = PartitionOf(scope);
        var transaction = new RowTransaction(partition).Delete(SuppressionRows.Row(address.Key));
        var commit = await rows.CommitAsync(SuppressionRows.Table, transaction, cancel);
        lists.TryRemove(partition, out _);
        return commit.Committed;
    }

    /// <summary>What is on a list, without what has expired.</summary>
    /// <exception cref="StoreException">It cannot be read now.</exception>
    public async IAsyncEnumerable<SuppressionEntry> ListAsync(
        SuppressionScope scope,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel
    )
    {
        var range = RowRange.All(PartitionOf(scope));
        await foreach (var row in rows.ReadAsync(SuppressionRows.Table, range, cancel))
        {
            if (SuppressionEntry.From(row.Data) is var entry && !IsOver(entry))
                yield return entry;
        }
    }

    async ValueTask<SuppressionEntry?> FindAsync(string partition, string row, CancellationToken cancel)
    {
        var list = await ListAsync(partition, cancel);
        if (list.IsWhole)
            return list.Entries.GetValueOrDefault(row) is { } held && !IsOver(held) ? held : null;
        var found = await rows.GetAsync(SuppressionRows.Table, new(partition, row), cancel);
        return found is not null && SuppressionEntry.From(found.Data) is var entry && !IsOver(entry) ? entry : null;
    }

    async ValueTask<HeldList> ListAsync(string partition, CancellationToken cancel)
    {
        if (lists.TryGetValue(partition, out var held) && time.GetElapsedTime(held.ReadAt) < Age)
            return held;
        var readAt = time.GetTimestamp();
        var page = await rows.QueryAsync(SuppressionRows.Table, RowRange.All(partition), null, MaxHeld, cancel);
        await RemoveExpiredAsync(partition, page.Rows);
        var entries = page.Rows.ToDictionary(
            row => row.Key.Row,
            row => SuppressionEntry.From(row.Data),
            StringComparer.Ordinal
        );
        var read = new HeldList(page.Continuation is null, entries, readAt);
        if (lists.Count >= MaxLists)
            lists.Clear();
        return lists[partition] = read;
    }

    /// <remarks>One that was renewed meanwhile has another ETag: then all stay until the list is read again.</remarks>
    async ValueTask RemoveExpiredAsync(string partition, IReadOnlyList<Row> read)
    {
        var gone = new RowTransaction(partition);
        foreach (
            var row in read.Where(row => IsOver(SuppressionEntry.From(row.Data))).Take(RowLimits.TransactionChanges)
        )
            gone.Delete(row.Key.Row, row.ETag);
        if (gone.Changes.Count > 0)
            await rows.CommitAsync(SuppressionRows.Table, gone, CancellationToken.None);
    }

    bool IsOver(SuppressionEntry entry) => entry.Until is { } until && time.GetUtcNow() >= until;

    static string PartitionOf(SuppressionScope scope) =>
        scope.Account is { } account
            ? SuppressionRows.Of(account)
            : SuppressionRows.Of(scope.Domain ?? throw new ArgumentException("A list is an account's or a domain's"));

    sealed record HeldList(bool IsWhole, IReadOnlyDictionary<string, SuppressionEntry> Entries, long ReadAt);
}
