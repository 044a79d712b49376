using Cloud.Store.Ports;

namespace Cloud.Store.Outbox;

/// <summary>Reads and changes messages of the outbox. Each change is one transaction that excludes others by ETag.</summary>
sealed class OutboxStore(IRows rows, TimeProvider time)
{
    /// <summary>Recipients changed at a time, which leaves room for the message's row.</summary>
    public const int RowsAtATime = RowLimits.TransactionChanges - 1;

    /// <summary>Tries to change a message's row that others change, too: as many as it can have next hops, and then some.</summary>
    const int MaxTries = 2000;

    /// <returns>Null when there is no such message, or it was never accepted.</returns>
    public async ValueTask<MessageRow?> FindAsync(TransactionId id, CancellationToken cancel)
    {
        var row = await rows.GetAsync(OutboxRows.Table, new(OutboxRows.Partition(id), OutboxRows.Message), cancel);
        return row is null ? null : MessageRow.Unpack(OutboxRows.Bytes(row.Data), row.ETag);
    }

    /// <returns>Null when there is no such message, or it was never accepted.</returns>
    public async ValueTask<OutboxEntry?> ReadAsync(TransactionId id, int first, int count, CancellationToken cancel)
    {
        if (await FindAsync(id, cancel) is not { } message)
            return null;
        return new(id, message, await ReadAsync(OutboxRows.Recipients(id, first, count), cancel));
    }

    /// <summary>With all recipients.</summary>
    public async ValueTask<OutboxEntry?> ReadAllAsync(TransactionId id, CancellationToken cancel)
    {
        if (await FindAsync(id, cancel) is not { } message)
            return null;
        return new(id, message, await ReadAsync(OutboxRows.AllRecipients(id), cancel));
    }

    /// <summary>With all recipients, of a message whose row was just read.</summary>
    public async ValueTask<OutboxEntry> ReadAllAsync(TransactionId id, MessageRow message, CancellationToken cancel) =>
        new(id, message, await ReadAsync(OutboxRows.AllRecipients(id), cancel));

    async ValueTask<List<RecipientRow>> ReadAsync(RowRange range, CancellationToken cancel)
    {
        var found = new List<RecipientRow>();
        await foreach (var row in rows.ReadAsync(OutboxRows.Table, range, cancel))
            found.Add(RecipientCodec.Unpack(OutboxRows.Bytes(row.Data), row.ETag));
        return found;
    }

    /// <summary>Writes a new message: recipients first, itself with the last of them, so that it is whole or not there.</summary>
    /// <returns>With the ETags; null when it had been written before.</returns>
    /// <exception cref="StoreException">It may have been written, or a part of it; to write it again makes it whole.</exception>
    public async ValueTask<OutboxEntry?> InsertAsync(OutboxEntry entry, CancellationToken cancel)
    {
        var partition = OutboxRows.Partition(entry.Id);
        var chunks = entry.Recipients.Chunk(RowsAtATime).ToList();
        foreach (var some in chunks.SkipLast(1))
            await rows.CommitAsync(OutboxRows.Table, Insertion(partition, some), cancel); // or there already
        var last = Insertion(partition, chunks[^1]);
        last.Insert(OutboxRows.Message, OutboxRows.ToRow(entry.Message.Pack()));
        var commit = await rows.CommitAsync(OutboxRows.Table, last, cancel);
        if (!commit.Committed)
            return null;
        var message = entry.Message with { ETag = commit.ETags[^1] };
        return chunks.Count > 1
            ? entry with
            {
                Message = message,
            }
            : entry with
            {
                Message = message,
                Recipients = [.. entry.Recipients.Select((to, i) => to with { ETag = commit.ETags[i] })],
            };
    }

    static RowTransaction Insertion(string partition, IEnumerable<RecipientRow> recipients)
    {
        var transaction = new RowTransaction(partition);
        foreach (var to in recipients)
            transaction.Insert(OutboxRows.Recipient(to.Number), OutboxRows.ToRow(RecipientCodec.Pack(to)));
        return transaction;
    }

    /// <summary>Changes recipients, and with them the message where <paramref name="change"/> does.</summary>
    /// <param name="changed">As they are to be, each with the ETag that it has now; 1 to <see cref="RowsAtATime"/>.</param>
    /// <param name="change">Called anew if somebody else has changed the message meanwhile; gives the same for no change.</param>
    /// <returns>As it is now written; null when somebody else has changed a recipient, or the message is gone.</returns>
    /// <exception cref="StoreException">It may have been written.</exception>
    public async ValueTask<OutboxEntry?> ChangeAsync(
        OutboxEntry entry,
        IReadOnlyList<RecipientRow> changed,
        Func<MessageRow, MessageRow> change,
        CancellationToken cancel
    )
    {
        var message = entry.Message;
        for (var tries = 0; tries < MaxTries; tries++)
        {
            if (!ReferenceEquals(change(message), message) && message.ETag is null)
            {
                if (await FindAsync(entry.Id, cancel) is not { } found)
                    return null;
                message = found;
            }
            var wanted = change(message);
            var transaction = new RowTransaction(OutboxRows.Partition(entry.Id));
            foreach (var to in changed)
                transaction.Replace(
                    OutboxRows.Recipient(to.Number),
                    OutboxRows.ToRow(RecipientCodec.Pack(to)),
                    to.ETag ?? throw new ArgumentException("A recipient has no ETag", nameof(changed))
                );
            if (!ReferenceEquals(wanted, message))
                transaction.Replace(OutboxRows.Message, OutboxRows.ToRow(wanted.Pack()), message.ETag);

            var commit = await rows.CommitAsync(OutboxRows.Table, transaction, cancel);
            if (commit.Committed)
                return new(
                    entry.Id,
                    commit.ETags.Count > changed.Count ? wanted with { ETag = commit.ETags[^1] } : message,
                    [.. changed.Select((to, i) => to with { ETag = commit.ETags[i] })]
                );
            if (commit.FailedAt < changed.Count || commit.Conflict == Conflict.Missing)
                return null;
            message = message with { ETag = null };
        }
        throw new StoreException("The message's row is changed all the time");
    }

    /// <summary>Changes recipients, and counts those that are done with.</summary>
    /// <inheritdoc cref="ChangeAsync(OutboxEntry, IReadOnlyList{RecipientRow}, Func{MessageRow, MessageRow}, CancellationToken)"/>
    /// <param name="closed">How many of <paramref name="changed"/> were open and are not any more.</param>
    public ValueTask<OutboxEntry?> ChangeAsync(
        OutboxEntry entry,
        IReadOnlyList<RecipientRow> changed,
        int closed,
        CancellationToken cancel
    ) => ChangeAsync(entry, changed, message => Close(message, closed), cancel);

    /// <summary>The message with so many open recipients less; itself for none.</summary>
    public MessageRow Close(MessageRow message, int closed)
    {
        if (closed == 0)
            return message;
        var open = Math.Max(message.Open - closed, 0);
        return message with { Open = open, DoneAt = open == 0 ? time.GetUtcNow() : null };
    }

    /// <summary>Removes a message with all that is known of it: the last recipients with its own row, the first one last.</summary>
    /// <remarks>So a removal that was stopped is found again by the first recipient.</remarks>
    public async ValueTask RemoveAsync(TransactionId id, CancellationToken cancel)
    {
        var partition = OutboxRows.Partition(id);
        var keys = new List<string>();
        await foreach (var row in rows.ReadAsync(OutboxRows.Table, RowRange.All(partition), cancel))
            keys.Add(row.Key.Row);
        // In the order of keys the message comes first: it goes last but for the first recipient.
        keys.Reverse();
        keys.Remove(OutboxRows.First);
        keys.Add(OutboxRows.First);
        foreach (var some in keys.Chunk(RowLimits.TransactionChanges))
        {
            var transaction = new RowTransaction(partition);
            foreach (var key in some)
                transaction.Delete(key);
            await rows.CommitAsync(OutboxRows.Table, transaction, CancellationToken.None);
        }
    }
}
