using Cloud.Wire.Smtp;

namespace Cloud.Flow.Outbound.Relay;

/// <summary>How it stands with each recipient of an attempt.</summary>
sealed class Standing(RelayJob job)
{
    readonly Dictionary<int, RelayOutcome> outcomes = [];
    readonly List<RelayRecipient> left = [.. job.Recipients];
    RouteFault? lastFault;
    string? lastHost;
    DateTimeOffset? until;
    bool canWait;

    /// <summary>Those who may still be asked for.</summary>
    public IReadOnlyList<RelayRecipient> Left => left;

    public bool IsOver => left.Count == 0;

    /// <summary>Keeps why a host could not be asked, for those who are left in the end.</summary>
    /// <param name="again">When it can be asked again; null where nobody knows.</param>
    public void Note(RouteFault fault, string host, DateTimeOffset? again = null)
    {
        canWait |= !fault.IsPermanent;
        // What may pass says more of what to do next than what will not.
        if (lastFault is null || !fault.IsPermanent || lastFault.IsPermanent)
            (lastFault, lastHost) = (fault, host);
        if (again < until || until is null)
            until = again;
    }

    /// <summary>Takes what one transaction came to.</summary>
    /// <param name="asked">In the order of the outcome's recipients.</param>
    public void Take(IReadOnlyList<RelayRecipient> asked, SmtpOutcome outcome, string host)
    {
        for (var i = 0; i < asked.Count; i++)
        {
            var (recipient, told) = (asked[i], outcome.Recipients[i]);
            var isOver = told.Verdict != SmtpVerdict.Deferred || told.MayHaveBeenTaken;
            canWait |= told.Verdict == SmtpVerdict.Deferred;
            outcomes[recipient.Number] = Outcome(recipient.Number, told, outcome.DsnOffered, host);
            if (isOver)
                left.Remove(recipient);
        }
    }

    public RelayResult Result(RelayFacts? facts)
    {
        var fault = lastFault ?? new(false, "4.4.1", "No host could be asked");
        // Permanent only if nobody said that it may pass.
        if (canWait && fault.IsPermanent)
            fault = fault with { IsPermanent = false };
        foreach (var recipient in left)
        {
            if (!outcomes.ContainsKey(recipient.Number))
                outcomes[recipient.Number] = Outcome(recipient.Number, fault) with
                {
                    Host = lastHost,
                    NextAttempt = until,
                };
        }

        return new([.. job.Recipients.Select(recipient => outcomes[recipient.Number])], facts);
    }

    /// <summary>The same for all, without anybody having been asked.</summary>
    public RelayResult Ended(RouteFault fault) =>
        new([.. job.Recipients.Select(recipient => Outcome(recipient.Number, fault))]);

    /// <summary>For all: it is not their turn yet, and nobody was asked.</summary>
    public RelayResult Postponed(string reason, DateTimeOffset again) =>
        new([
            .. job.Recipients.Select(recipient =>
                Outcome(recipient.Number, new RouteFault(false, "4.4.5", reason)) with
                {
                    NextAttempt = again,
                    IsUntried = true,
                }
            ),
        ]);

    static RelayOutcome Outcome(int number, RouteFault fault)
    {
        var status = Status(fault.IsPermanent ? '5' : '4', fault.Status);
        var verdict = fault.IsPermanent ? RelayVerdict.Failed : RelayVerdict.Deferred;
        return new(number, verdict, status, $"{(fault.IsPermanent ? 550 : 450)} {status} {fault.Reason}");
    }

    static RelayOutcome Outcome(int number, SmtpRecipientOutcome told, bool hasDsn, string host)
    {
        var (verdict, digit) = told.Verdict switch
        {
            SmtpVerdict.Sent => (hasDsn ? RelayVerdict.Sent : RelayVerdict.Relayed, '2'),
            SmtpVerdict.Failed => (RelayVerdict.Failed, '5'),
            _ => (RelayVerdict.Deferred, '4'),
        };
        var status = Status(digit, told.Failure?.Status ?? told.Reply?.StatusOrGeneral ?? "2.0.0");
        var words =
            told.Reply is { } reply && (reply.Code / 100 == digit - '0' || told.Failure is null)
                ? $"{reply}"
                : $"{(digit == '5' ? 550 : 450)} {status} {told.Failure?.Reason}";
        return new(number, verdict, status, words) { Host = host, MayHaveBeenTaken = told.MayHaveBeenTaken };
    }

    static string Status(char digit, string status) => status[0] == digit ? status : digit + status[1..];
}
