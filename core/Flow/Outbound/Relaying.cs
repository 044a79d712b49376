using Cloud.Flow.Outbound.Forwarding;
using Cloud.Store;
using Cloud.Store.Messages;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound;

/// <summary>Hands claimed recipients to the relay, and makes rows of what it says.</summary>
sealed class Relaying(
    IRelay relay,
    IBlobs blobs,
    Suppression suppression,
    ReturnPaths returns,
    RetrySchedule schedule,
    TimeProvider time,
    OutboundOptions options
)
{
    /// <summary>Characters kept of a reply: RFC 5321 §4.5.3.1.5 has 510 a line, and refusals have a few.</summary>
    const int MaxReply = 1000;

    /// <summary>Characters kept of a dialogue, which may have six octets each: within a row's property.</summary>
    const int MaxTranscript = 16 * 1024;

    /// <param name="part">See <see cref="RelayJob.Part"/>.</param>
    public async ValueTask<RelayedRows> SendAsync(OutboxEntry claimed, int part, CancellationToken cancel)
    {
        var message = SubmissionCodec.Unpack(claimed.Id, claimed.Message, claimed.Recipients);
        var outcomes = new List<RelayOutcome>();
        var rows = new List<RecipientRow>();
        foreach (var row in claimed.Recipients)
        {
            if (await RefusalAsync(message, row, cancel) is { } refusal)
                outcomes.Add(refusal);
            else
                rows.Add(row);
        }
        var attempt = new RelayAttempt(new([]));
        if (rows.Count > 0)
            attempt = await SendAsync(message, rows, part, cancel);
        outcomes.AddRange(attempt.Result.Outcomes);

        var now = time.GetUtcNow();
        var recorded = claimed.Recipients.Select(row => Record(message, row, outcomes, attempt, now)).ToList();
        recorded[0] = recorded[0] with { Transcript = TextOf(attempt.Result.Transcript) };
        var first = recorded.Min(row => row.FirstAttempt) ?? now;
        var isFirst = claimed.Recipients.Any(row => row.LastAttempt is null);
        return new(message, recorded, isFirst ? TellDelayAt(message, recorded, first) : null)
        {
            Fault = attempt.Fault,
            Uncertain = attempt.IsUncertain
                ? rows.Count
                : outcomes.Count(outcome => outcome is { MayHaveBeenTaken: true, Verdict: RelayVerdict.Deferred }),
            IsBlobMissing = attempt.IsBlobMissing,
        };
    }

    /// <summary>Remembers addresses that do not exist.</summary>
    public async ValueTask LearnAsync(IEnumerable<RecipientRow> recorded, Submission message)
    {
        if (message.IsForwarded)
            return; // who of ours writes to that address is not known
        foreach (var row in recorded)
        {
            if (
                row is { State: RecipientState.Failed, Host: not null, Status: { } status }
                && Suppression.IsBounce(status)
            )
                await suppression.TryAddBounceAsync(message, row);
        }
    }

    /// <returns>Why nothing is sent to the recipient; null when there is no reason.</returns>
    async ValueTask<RelayOutcome?> RefusalAsync(Submission message, RecipientRow row, CancellationToken cancel)
    {
        if (RetrySchedule.IsTooLate(message, time.GetUtcNow()))
            return new(row.Number, RelayVerdict.Failed, "5.4.7", "The time that the sender gave is over");
        if (await suppression.TryFindAsync(message, row.Address, cancel) is { } entry)
            return new(row.Number, RelayVerdict.Failed, "5.7.1", entry.Explanation);
        return null;
    }

    async ValueTask<RelayAttempt> SendAsync(
        Submission message,
        List<RecipientRow> rows,
        int part,
        CancellationToken cancel
    )
    {
        var isBlobMissing = false;
        var left = options.Lease - Min(options.RecordTime, options.Lease / 10);
        var job = new RelayJob(
            message with
            {
                Recipients = [.. rows.Select(SubmissionCodec.ToRecipient)],
            },
            rows[0].NextHop,
            [
                .. rows.Select(row => new RelayRecipient(
                    row.Number,
                    SubmissionCodec.ToRecipient(row),
                    row.FirstAttempt ?? default
                )),
            ],
            rows.Max(row => row.Attempts),
            OpenAsync
        )
        {
            MayBeRepeated = rows.Exists(row => row.PossibleRepeats > 0),
            Part = part,
            WasPostponed = rows.Exists(row => row.LastAttempt is not null),
            Deadline = time.GetUtcNow() + left,
        };
        using var over = new CancellationTokenSource(left, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancel);
        try
        {
            if (message.Options.Verp)
                job = job with { VerpTags = await returns.TagsOfAsync(message.Id, either.Token) };
            var result = await relay.SendAsync(job, either.Token);
            return new(result) { Fault = result.Fault, IsBlobMissing = isBlobMissing };
        }
        catch (StoreException e)
        {
            return Deferred(rows, "Our store cannot be read now") with { Fault = e, IsBlobMissing = isBlobMissing };
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            return Deferred(rows, "The attempt took too long") with { IsUncertain = true };
        }
        catch (Exception e)
        {
            return Deferred(rows, "A fault of ours") with { Fault = e, IsUncertain = true };
        }

        async ValueTask<Stream> OpenAsync(CancellationToken stop)
        {
            if (await blobs.OpenAsync(message.Blob, message.Start, null, stop) is { } stream)
                return stream;
            isBlobMissing = true;
            throw new StoreException("The message's bytes are gone");
        }
    }

    static RelayAttempt Deferred(List<RecipientRow> rows, string why) =>
        new(new([.. rows.Select(row => new RelayOutcome(row.Number, RelayVerdict.Deferred, "4.3.0", why))]));

    RecipientRow Record(
        Submission message,
        RecipientRow row,
        List<RelayOutcome> outcomes,
        RelayAttempt attempt,
        DateTimeOffset now
    )
    {
        var outcome =
            outcomes.Find(one => one.Number == row.Number)
            ?? new(row.Number, RelayVerdict.Deferred, "4.3.0", "Nothing is known of this attempt");
        var isUncertain = attempt.IsUncertain || outcome is { MayHaveBeenTaken: true, Verdict: RelayVerdict.Deferred };
        var ended = row with
        {
            State = StateOf(outcome.Verdict),
            LeaseEnd = null,
            LastAttempt = now,
            Status = outcome.Status,
            Reply = Line(outcome.Reply),
            Host = outcome.Host,
            HostAddress = outcome.HostAddress,
            Tls = outcome.Tls,
            Transcript = null,
            History = AttemptHistory.Add(row, outcome, now),
            BySmarthost = row.BySmarthost || attempt.Result.BySmarthost, // the history tells of earlier ones
            PossibleRepeats = row.PossibleRepeats + (isUncertain ? 1 : 0),
        };
        if (ended.State == RecipientState.Waiting)
        {
            var end = schedule.Expiry(message, row.FirstAttempt ?? now);
            if (schedule.Next(end, row.Attempts, now, outcome.NextAttempt) is { } next)
                return ended with { Next = next, Attempts = row.Attempts - (outcome.IsUntried ? 1 : 0) };
            ended = ended with { State = RecipientState.Failed, Status = "5.4.7" }; // RFC 3463 §3.5
        }
        var owed = DsnWishes.Owed(message.From, row.Notify, ended.State);
        // What was owed before is overtaken; the claim's number names the notice of all that ended with it.
        return ended with { Owed = owed, Notice = row.Claim, NoticeAt = owed == NoticeKinds.None ? null : now };
    }

    DateTimeOffset? TellDelayAt(Submission message, List<RecipientRow> rows, DateTimeOffset first) =>
        rows.Exists(row => DsnWishes.Wants(message.From, row.Notify, NoticeKinds.Delayed))
            ? schedule.DelayNotice(message, first)
            : null;

    static RecipientState StateOf(RelayVerdict verdict) =>
        verdict switch
        {
            RelayVerdict.Delivered => RecipientState.Delivered,
            RelayVerdict.Sent => RecipientState.Sent,
            RelayVerdict.Relayed => RecipientState.Relayed,
            RelayVerdict.Failed => RecipientState.Failed,
            _ => RecipientState.Waiting,
        };

    static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    static string Line(string text) => string.Concat(text.Take(MaxReply).Select(c => char.IsControl(c) ? ' ' : c));

    static string? TextOf(IReadOnlyList<string> lines)
    {
        var text = string.Join('\n', lines);
        return text.Length switch
        {
            0 => null,
            <= MaxTranscript => text,
            _ => text[..(MaxTranscript / 2)] + "\n...\n" + text[^(MaxTranscript / 2)..],
        };
    }

    /// <param name="Result">What the relay said, or what is to be taken for it.</param>
    sealed record RelayAttempt(RelayResult Result)
    {
        public Exception? Fault { get; init; }

        /// <summary>It may have sent the message all the same.</summary>
        public bool IsUncertain { get; init; }

        public bool IsBlobMissing { get; init; }
    }
}
