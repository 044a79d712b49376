using Cloud.Flow.Inbound;
using Cloud.Flow.Outbound.Forwarding;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Directory;
using Cloud.Store.Messages;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound;

/// <summary>Tells senders what became of their message.</summary>
/// <remarks>
/// Rows say that a notice is owed, and of which recipients it tells, before it is made. Steps: 1. the notice is filed into
/// the sender's account, or put into the outbox; its transaction is derived from what the rows say, so that it is one
/// however often it is made; 2. the rows say that it is done.
/// </remarks>
sealed class Telling(
    OutboxStore store,
    OutboundQueue queue,
    Outbox outbox,
    NoticeWriter writer,
    MailDirectory directory,
    Expansion expansion,
    Receiving receiving,
    IBlobs blobs,
    TimeProvider time,
    Entropy entropy,
    string hostName
)
{
    /// <summary>How long it is waited for an attempt that is under way.</summary>
    static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    /// <summary>Changes by others between which a row is tried to be written.</summary>
    const int MaxRaces = 10;

    /// <summary>Makes all notices that are owed.</summary>
    /// <param name="owing">Rows of the entry.</param>
    /// <param name="repeated">An earlier try may have made them.</param>
    /// <returns>As it is now written.</returns>
    /// <exception cref="StoreException">They are still owed, or some are.</exception>
    public async ValueTask<OutboxEntry> TellAsync(
        OutboxEntry entry,
        IReadOnlyList<RecipientRow> owing,
        bool repeated,
        CancellationToken cancel
    )
    {
        foreach (var notice in owing.GroupBy(row => (row.Notice, row.Owed)))
        {
            var rows = notice.ToList();
            await MakeAsync(entry, rows, notice.Key.Owed, repeated, cancel); // step 1
            entry = await SettleAsync(entry, rows, notice.Key.Owed, cancel); // step 2
        }
        return entry;
    }

    /// <summary>The time is come to tell the sender that it takes long.</summary>
    public async ValueTask<OutboundResult> TellDelayAsync(TransactionId id, OutboundTask task, CancellationToken cancel)
    {
        if (await store.ReadAsync(id, task.First, task.Count, cancel) is not { } entry)
            return new(OutboundOutcome.Superseded, task.Id);
        var message = SubmissionCodec.Unpack(id, entry.Message, entry.Recipients);
        var open = entry.Recipients.Where(row => IsToBeTold(message, row)).ToList();
        // Who sends holds the row: it is left alone until then.
        var free = open.Where(row => row.State != RecipientState.Sending).ToList();
        var owing = free.Where(row => row.Owed == NoticeKinds.Delayed).ToList();
        var others = free.Except(owing).ToList();
        if (owing.Count > 0) // left by an earlier try
            entry = await TellAsync(entry, owing, repeated: true, cancel);
        if (others.Count > 0 && await OweAsync(entry, others, cancel) is { } owed)
            await TellAsync(owed, owed.Recipients, repeated: false, cancel);
        else if (open.Count == owing.Count)
            return new(open.Count > 0 ? OutboundOutcome.Done : OutboundOutcome.Superseded, task.Id);
        // Once more, until nobody is left who was being sent, or changed under our hands.
        await queue.SendAsync(task.Again(time.GetUtcNow() + Pause), cancel);
        return new(OutboundOutcome.Waits, task.Id);
    }

    static bool IsToBeTold(Submission message, RecipientRow row) =>
        !row.IsFinal
        && row.FirstAttempt is not null
        && !row.Told.HasFlag(NoticeKinds.Delayed)
        && DsnWishes.Wants(message.From, row.Notify, NoticeKinds.Delayed);

    ValueTask<OutboxEntry?> OweAsync(OutboxEntry entry, List<RecipientRow> rows, CancellationToken cancel)
    {
        var (notice, now) = (entropy.Next64(), time.GetUtcNow());
        var owed = rows.Select(row => row with { Owed = NoticeKinds.Delayed, Notice = notice, NoticeAt = now })
            .ToList();
        return store.ChangeAsync(entry, owed, 0, cancel);
    }

    async ValueTask MakeAsync(
        OutboxEntry entry,
        List<RecipientRow> rows,
        NoticeKinds kind,
        bool repeated,
        CancellationToken cancel
    )
    {
        var message = SubmissionCodec.Unpack(entry.Id, entry.Message, rows);
        if (message.From is not { } sender)
            return;
        // Of what was forwarded, its sender is told; not the path by which servers reach him over us.
        sender = await expansion.SenderAsync(sender, cancel);
        message = message with { From = sender };
        var at = rows[0].NoticeAt ?? message.Accepted;
        var id = DerivedId.Of(entry.Id, at, $"{kind} {rows[0].Notice:x16}");
        var domain = EmailAddress.CanonicalDomain(sender.Domain);
        var isOurs = await directory.HasDomainAsync(domain, cancel);
        var (octets, isGlobal) = await writer.WriteAsync(id, message, rows, kind, isOurs ? domain : hostName, cancel);
        using var content = new MemoryStream(octets, writable: false);
        var written = await MessageWriting.WriteAsync(blobs, BlobNames.Of(id), content, cancel);
        if (isOurs)
            await FileAsync(id, sender, written, repeated, cancel);
        else
        {
            var isEightBit = octets.AsSpan().ContainsAnyExceptInRange((byte)0, (byte)127);
            var submission = ToSubmission(id, sender, written, isGlobal, isEightBit, at);
            await outbox.AcceptAsync(submission with { SigningDomain = await SigningDomainAsync(cancel) }, cancel);
        }
        OutboundMeter.Told(kind);
    }

    async ValueTask FileAsync(
        TransactionId id,
        EmailAddress sender,
        WrittenMessage written,
        bool repeated,
        CancellationToken cancel
    )
    {
        var result = await receiving.ReceiveAsync(
            id,
            Origin.Nobody,
            [new(sender, "NEVER")],
            new(written.Blob, written.Size, written.Sha256, written.Index),
            evidence: null,
            repeated,
            cancel,
            session: new("notice", From: "")
        );
        if (result.Status == ReceivingStatus.Failed)
            throw new StoreException("A notice could not be filed");
        // Nobody is left who could be told, or it went on to elsewhere in a copy.
        if (!result.KeepsSource)
            await BlobWaste.RemoveAsync(blobs, written.Blob);
    }

    /// <summary>The domain of ours that the host, in whose name notices are written, lies in.</summary>
    /// <returns>Null where it lies in none: then they are not signed.</returns>
    async ValueTask<string?> SigningDomainAsync(CancellationToken cancel)
    {
        for (var name = EmailAddress.CanonicalDomain(hostName); name.Contains('.', StringComparison.Ordinal); )
        {
            if (await directory.HasDomainAsync(name, cancel))
                return name;
            name = name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..];
        }
        return null;
    }

    /// <summary>RFC 3461 §6.1: an empty reverse path, so that it comes back to nobody.</summary>
    static Submission ToSubmission(
        TransactionId id,
        EmailAddress sender,
        WrittenMessage written,
        bool isGlobal,
        bool isEightBit,
        DateTimeOffset at
    ) =>
        new()
        {
            Id = id,
            From = null,
            Recipients = [new(sender, "NEVER")],
            Blob = written.Blob,
            Size = written.Size,
            Sha256 = written.Sha256,
            Accepted = at,
            Options = new()
            {
                Body = isEightBit ? BodyType.EightBit : BodyType.SevenBit,
                SmtpUtf8 = isGlobal || !sender.IsAscii,
            },
            Subject = "Delivery report",
        };

    async ValueTask<OutboxEntry> SettleAsync(
        OutboxEntry entry,
        List<RecipientRow> rows,
        NoticeKinds kind,
        CancellationToken cancel
    )
    {
        var notice = rows[0].Notice;
        for (var races = 0; races < MaxRaces; races++)
        {
            var told = rows.Select(row => row with { Owed = NoticeKinds.None, Told = row.Told | kind }).ToList();
            if (told.Count == 0)
                return entry;
            if (await store.ChangeAsync(entry, told, told.Count(row => row.IsDone), cancel) is { } written)
                return written;
            if (
                await store.ReadAsync(entry.Id, rows[0].Number, rows[^1].Number - rows[0].Number + 1, cancel)
                is not { } now
            )
                return entry;
            entry = now;
            // What was decided meanwhile overtakes this notice; who sends holds the row, and the sender is told again then,
            // which makes the same notice.
            rows =
            [
                .. now.Recipients.Where(row =>
                    row.Owed == kind && row.Notice == notice && row.State != RecipientState.Sending
                ),
            ];
        }
        return entry;
    }
}
