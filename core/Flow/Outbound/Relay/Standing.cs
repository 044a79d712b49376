using Cloud.Wire.Smtp;

namespace Cloud.Flow.Outbound.Relay;

/// <summary>How it stands with each recipient of an attempt.</summary>
sealed class Standing(RelayJob job)
{
    readonly Dictionary<int, RelayOutcome> outcomes = [];
    readonly Dictionary<int, List<string>> trails = job.Recipients.ToDictionary(
        one => one.Number,
        _ => new List<string>()
    );
    readonly List<RelayRecipient> left = [.. job.Recipients];
    RouteFault? lastFault;
    HostSeen? lastHost;
    Delay? delay;
    DateTimeOffset? closedUntil;
    bool canWait;
    bool wasTried;

    /// <summary>Those who may still be asked for.</summary>
    public IReadOnlyList<RelayRecipient> Left => left;

    public bool IsOver => left.Count == 0 || delay is not null;

    /// <summary>Somebody has said something of a recipient.</summary>
    public bool HasAnswers => outcomes.Count > 0;

    /// <summary>Keeps why a host could not be asked, for those who are left in the end.</summary>
    /// <param name="host">Null where it is no host's doing.</param>
    public void Note(RouteFault fault, HostSeen? host)
    {
        wasTried = true;
        Keep(fault, host);
    }

    /// <summary>Keeps that a host was left alone, since it has not answered of late.</summary>
    /// <param name="until">When it can be asked again.</param>
    public void Skip(HostSeen host, DateTimeOffset until)
    {
        Keep(new(false, "4.4.1", $"{host.Name} has not answered of late"), host);
        if (closedUntil is not { } known || until < known)
            closedUntil = until;
    }

    /// <summary>Those who are left have to wait for their turn.</summary>
    public void Wait(Delay until) => delay = until;

    /// <summary>Takes what one transaction came to.</summary>
    /// <param name="asked">In the order of the outcome's recipients.</param>
    public void Take(IReadOnlyList<RelayRecipient> asked, SmtpOutcome outcome, HostSeen host)
    {
        for (var i = 0; i < asked.Count; i++)
        {
            var (recipient, told) = (asked[i], outcome.Recipients[i]);
            var isOver = told.Verdict != SmtpVerdict.Deferred || told.MayHaveBeenTaken;
            canWait |= told.Verdict == SmtpVerdict.Deferred;
            Answer(recipient.Number, Outcome(recipient.Number, told, outcome.DsnOffered), host);
            if (isOver)
                left.Remove(recipient);
        }
    }

    /// <summary>Of those a fault has kept from hearing what became of them: they may have it.</summary>
    public void Doubt(IReadOnlyList<RelayRecipient> asked, RouteFault fault)
    {
        foreach (var recipient in asked)
        {
            outcomes[recipient.Number] = Outcome(recipient.Number, fault) with { MayHaveBeenTaken = true };
            left.Remove(recipient);
        }
    }

    /// <param name="transcript">Of all talks.</param>
    public RelayResult Result(IReadOnlyList<string> transcript)
    {
        var fault = lastFault ?? new(false, "4.4.1", "No host could be asked");
        // Permanent only if nobody said that it may pass.
        if (canWait && fault.IsPermanent)
            fault = fault with { IsPermanent = false };
        foreach (var recipient in left)
        {
            if (!outcomes.ContainsKey(recipient.Number))
                outcomes[recipient.Number] = Unasked(recipient.Number, fault);
        }

        return new([
            .. job.Recipients.Select(recipient => outcomes[recipient.Number] with { Trail = trails[recipient.Number] }),
        ])
        {
            Transcript = transcript,
        };
    }

    /// <summary>The same for all, without anybody having been asked.</summary>
    public RelayResult Ended(RouteFault fault) =>
        new([.. job.Recipients.Select(recipient => Outcome(recipient.Number, fault))]);

    /// <summary>For all: it is not their turn yet, and nobody was asked.</summary>
    public RelayResult Postponed(Delay until) =>
        new([.. job.Recipients.Select(recipient => Postponed(recipient.Number, until))]);

    static RelayOutcome Postponed(int number, Delay until) =>
        Outcome(number, new RouteFault(false, "4.4.5", until.Reason)) with
        {
            NextAttempt = until.Again,
            IsUntried = true,
        };

    /// <summary>Where all that stood in the way is that hosts are left alone for now, it was no attempt.</summary>
    RelayOutcome Unasked(int number, RouteFault fault)
    {
        if (delay is not null)
            return Postponed(number, delay);
        var isUntried = closedUntil is not null && !wasTried;
        return Outcome(number, fault) with
        {
            Host = lastHost?.Name,
            HostAddress = lastHost?.Address,
            NextAttempt = isUntried ? closedUntil : null,
            IsUntried = isUntried,
        };
    }

    void Keep(RouteFault fault, HostSeen? host)
    {
        canWait |= !fault.IsPermanent;
        // What may pass says more of what to do next than what will not.
        if (lastFault is null || !fault.IsPermanent || lastFault.IsPermanent)
            (lastFault, lastHost) = (fault, host);
        foreach (var recipient in left)
            trails[recipient.Number]
                .Add($"{host} {(fault.IsPermanent ? 5 : 4)}{fault.Status[1..]} {fault.Reason}".Trim());
    }

    void Answer(int number, RelayOutcome outcome, HostSeen host)
    {
        wasTried = true;
        outcomes[number] = outcome with { Host = host.Name, HostAddress = host.Address, Tls = host.Tls };
        trails[number].Add($"{host} {outcome.Reply}");
    }

    static RelayOutcome Outcome(int number, RouteFault fault)
    {
        var status = Status(fault.IsPermanent ? '5' : '4', fault.Status);
        var verdict = fault.IsPermanent ? RelayVerdict.Failed : RelayVerdict.Deferred;
        return new(number, verdict, status, $"{(fault.IsPermanent ? 550 : 450)} {status} {fault.Reason}");
    }

    static RelayOutcome Outcome(int number, SmtpRecipientOutcome told, bool hasDsn)
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
        return new(number, verdict, status, words) { MayHaveBeenTaken = told.MayHaveBeenTaken };
    }

    static string Status(char digit, string status) => status[0] == digit ? status : digit + status[1..];
}
