namespace Cloud.Flow.Hooks;

public enum DeliveryState
{
    /// <summary>An attempt is under way, until its lease is over.</summary>
    Sending,

    /// <summary>For its time.</summary>
    Waiting,

    /// <summary>The endpoint has it.</summary>
    Done,

    /// <summary>Nobody tries any more, unless it is replayed.</summary>
    Dead,
}

/// <summary>One event on its way to one endpoint.</summary>
/// <param name="Due">Of a waiting one: when it is tried. Of one that is being sent: when somebody else may.</param>
/// <param name="Tries">Attempts of its schedule; a replay begins anew.</param>
/// <param name="Attempts">What became of them, the last <see cref="MaxKept"/>.</param>
public sealed record HookDelivery(
    string Hook,
    MailEvent Event,
    DeliveryState State,
    DateTimeOffset Due,
    int Tries,
    IReadOnlyList<HookAttempt> Attempts
)
{
    /// <summary>Attempts that are kept: a schedule's and a replay's.</summary>
    public const int MaxKept = 20;

    /// <summary>Why it is dead; null where it is not.</summary>
    public string? Reason { get; init; }

    /// <summary>Null before it is written.</summary>
    internal string? ETag { get; init; }

    public bool IsFinal => State is DeliveryState.Done or DeliveryState.Dead;

    internal HookDelivery With(HookAttempt attempt) =>
        this with
        {
            Attempts = [.. Attempts.TakeLast(MaxKept - 1), attempt],
        };
}

/// <param name="At">When it began.</param>
/// <param name="Status">Of HTTP; null where there was no answer.</param>
/// <param name="Milliseconds">It took.</param>
/// <param name="Fault">Why there was no answer, or none that counts; null for success.</param>
/// <param name="Answer">The first <see cref="MaxAnswer"/> octets of the answer's body, as text.</param>
public sealed record HookAttempt(DateTimeOffset At, int? Status, int Milliseconds, string? Fault, string Answer)
{
    public const int MaxAnswer = 1024;
}
