using Cloud.Flow.Outbound;
using Cloud.Store;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;

namespace Cloud.Flow.Trace;

/// <summary>What the outbox tells of a message on its way to other servers.</summary>
sealed class OutboxHistory(IRows rows, OutboxControl control)
{
    /// <summary>Messages of one millisecond that are looked at for those made from one.</summary>
    const int Most = 200;

    /// <summary>The message itself, and what was passed on of it: that has the same time in its id.</summary>
    /// <exception cref="StoreException">It cannot be read now.</exception>
    public async ValueTask<IReadOnlyList<QueuedDetails>> FindAsync(TransactionId id, CancellationToken cancel)
    {
        var found = new List<QueuedDetails>();
        var range = new PartitionRange(
            OutboxRows.Partition(id with { Random = 0 }),
            OutboxRows.Partition(new(id.Milliseconds + 1, 0)),
            OutboxRows.Message
        );
        var looked = 0;
        await foreach (var row in rows.ReadPartitionsAsync(OutboxRows.Table, range, cancel))
        {
            if (++looked > Most)
                break;
            if (TransactionId.TryParse(row.Key.Partition) is not { } one)
                continue;
            var message = MessageRow.Unpack(OutboxRows.Bytes(row.Data), row.ETag);
            if (one != id && SubmissionCodec.Unpack(one, message, []).Parent != id)
                continue;
            if (await control.ShowAsync(one, cancel) is { } details)
                found.Add(details);
        }
        return found;
    }

    /// <param name="who">The sender's address here; null where it is nobody of ours.</param>
    /// <param name="isOperators">Whoever reads it may know of the operator's own relay.</param>
    public static IEnumerable<TraceStep> Steps(QueuedDetails details, string? who, bool isOperators)
    {
        var message = details.Message.Message;
        if (message.Session is { } session)
        {
            var facts = session with { From = message.From?.ToString() ?? "", Account = who };
            foreach (var step in EvidenceText.Steps(new(facts, null), message.Accepted, who))
                yield return step;
        }
        var what = message.IsForwarded ? "passed on" : "taken for sending";
        var held = message.HoldUntil is { } until ? $", not before {until.UtcDateTime:u}" : "";
        yield return new(
            message.Accepted,
            TraceKind.Queued,
            who,
            $"{what} as {message.Id} to {details.Message.Recipients} recipients, {message.Size} octets{held}"
        );
        foreach (var to in details.Recipients)
        {
            foreach (var step in Steps(isOperators || !to.BySmarthost ? to : Discreet(to), message.Accepted))
                yield return step;
        }
    }

    /// <summary>What a user may know of a recipient that the operator's own relay was asked for.</summary>
    static QueuedRecipient Discreet(QueuedRecipient to) => to with { Host = null, Reply = null, History = [] };

    static IEnumerable<TraceStep> Steps(QueuedRecipient to, DateTimeOffset accepted)
    {
        var who = to.Recipient.Address.ToString();
        // The last line is of the attempt that the row itself tells of.
        foreach (var line in to.History.SkipLast(1))
        {
            if (AttemptHistory.TryRead(line) is var (when, text))
                yield return new(when, TraceKind.Sending, who, text);
        }
        if (to.LastAttempt is { } at)
            yield return new(
                at,
                TraceKind.Sending,
                who,
                $"{Word(to.State)}{By(to)}: {to.Reply ?? to.Status}{Told(to)}"
            );
        else
            yield return new(accepted, TraceKind.Sending, who, $"{Word(to.State)}{Told(to)}");
        if (to.Next is { } next)
            yield return new(
                to.LastAttempt ?? accepted,
                TraceKind.Sending,
                who,
                $"tried again at {next.UtcDateTime:u}"
            );
    }

    static string By(QueuedRecipient to)
    {
        if (to.Host is null)
            return "";
        var address = to.HostAddress is null ? "" : $" [{to.HostAddress}]";
        return $" by {to.Host}{address}, {to.Tls ?? "in clear"}";
    }

    static string Told(QueuedRecipient to) =>
        to.Told == NoticeKinds.None ? "" : $"; the sender was told ({$"{to.Told}".ToLowerInvariant()})";

    static string Word(RecipientState state) =>
        state switch
        {
            RecipientState.Waiting => "not yet",
            RecipientState.Sending => "being sent",
            RecipientState.Held => "held",
            RecipientState.Delivered => "delivered here",
            RecipientState.Sent or RecipientState.Relayed => "handed over",
            RecipientState.Failed => "failed for good",
            _ => "cancelled",
        };
}
