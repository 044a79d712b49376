using System.Text.Json.Serialization;

namespace Cloud.Flow.Trace;

/// <summary>What happened to a message at one time.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TraceKind>))]
public enum TraceKind
{
    /// <summary>Who handed it over, and how.</summary>
    Session,

    /// <summary>Something was looked up about it.</summary>
    Check,

    /// <summary>A rule of the junk filter applied.</summary>
    Rule,

    /// <summary>What decided where it goes.</summary>
    Verdict,

    /// <summary>The door refused it, or put it off.</summary>
    Refused,

    /// <summary>It came into a mailbox.</summary>
    Filed,
    Copied,
    Moved,

    /// <summary>Its flags or keywords changed.</summary>
    Flags,

    /// <summary>A client read it for the first time.</summary>
    Read,

    /// <summary>It was taken out of a mailbox, and is in another still.</summary>
    Removed,

    /// <summary>It is gone for good.</summary>
    Deleted,

    /// <summary>It was taken for sending.</summary>
    Queued,

    /// <summary>A try to hand it to another server, or what became of a recipient.</summary>
    Sending,

    /// <summary>A try to tell an application of it.</summary>
    Hook,
}

/// <param name="Who">The mailbox owner's address, the recipient's, or the application's endpoint; null for all.</param>
/// <param name="Text">One line for people. Nothing of the message's content.</param>
public sealed record TraceStep(DateTimeOffset At, TraceKind Kind, string? Who, string Text);

/// <summary>What is known of one message.</summary>
/// <param name="Id">As in the 250, in Received and in the log.</param>
/// <param name="MessageId">Its Message-ID; null where it has none, or is gone.</param>
/// <param name="Sha256">Of its bytes, in hexadecimal; null where they are gone.</param>
/// <param name="Steps">In order of time.</param>
public sealed record TraceReport(string Id, string? MessageId, string? Sha256, IReadOnlyList<TraceStep> Steps)
{
    /// <summary>Steps of one report: a mailing list may have a thousand recipients.</summary>
    public const int MaxSteps = 5000;
}

/// <summary>A message in a list of those that can be traced.</summary>
/// <param name="Direction"><c>in</c>, <c>out</c> or <c>refused</c>.</param>
/// <param name="Who">Whose message it is: an address of ours; null where it is nobody's.</param>
/// <param name="From">The author's or the sender's address; null where it is not known.</param>
/// <param name="Text">What became of it, in a few words.</param>
public sealed record TraceSummary(
    string Id,
    DateTimeOffset At,
    string Direction,
    string? Who,
    string? From,
    string? MessageId,
    string Text
);

/// <summary>Who may read which traces.</summary>
/// <param name="Only">The address of the only user it may be about; null for all that <paramref name="Sees"/> lets through.</param>
/// <param name="Sees">Whether it may be about a user of ours, by the address.</param>
/// <param name="IsOperator">Also what is about no user of ours.</param>
public sealed record TraceScope(string? Only, Func<string, bool> Sees, bool IsOperator)
{
    /// <summary>Which webhooks' endpoints it may hear of; null: the operator of all, a user of those of the own mailbox.</summary>
    public Func<Hooks.Hook, bool>? SeesHook { get; init; }

    internal bool Hears(Hooks.Hook hook) =>
        SeesHook?.Invoke(hook) ?? (IsOperator || (Only is not null && hook.Mailbox == Only));

    public static readonly TraceScope Operator = new(null, _ => true, IsOperator: true);

    /// <param name="address">A user's <see cref="Mail.EmailAddress.Key"/>.</param>
    public static TraceScope User(string address) => new(address, one => one == address, IsOperator: false);
}

/// <summary>Who knows more of a message than rows of mail and outbox tell: of webhooks, for one.</summary>
public interface ITraceSource
{
    /// <param name="scope">Steps beyond it are left out.</param>
    /// <exception cref="Store.Ports.StoreException">It cannot be read now.</exception>
    ValueTask<IReadOnlyList<TraceStep>> StepsAsync(
        Store.TransactionId message,
        TraceScope scope,
        CancellationToken cancel
    );
}
