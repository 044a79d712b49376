namespace Cloud.Flow.Hooks;

/// <summary>What subscriptions can ask for.</summary>
public enum MailEventKind
{
    /// <summary>A message from outside or from a user of ours was taken for an address of ours.</summary>
    Received,

    /// <summary>It lies in a mailbox.</summary>
    Filed,

    /// <summary>A message of a user of ours was taken to be sent.</summary>
    Sent,

    /// <summary>The next server, or a mailbox of ours, has it.</summary>
    Delivered,

    /// <summary>An attempt failed; there will be another.</summary>
    Deferred,

    /// <summary>It could not be delivered, and will not be.</summary>
    Bounced,

    /// <summary>A recipient called it spam (RFC 5965).</summary>
    Complained,

    /// <summary>Mail for an address of ours was refused, or put off, for what it is.</summary>
    Rejected,

    /// <summary>An account's mail has come to a part of its quota.</summary>
    Quota,

    /// <summary>Somebody tries out the endpoint.</summary>
    Test,
}

/// <summary>Kinds by the names that subscriptions and payloads have.</summary>
public static class MailEventNames
{
    static readonly string[] Names =
    [
        "message.received",
        "message.filed",
        "message.sent",
        "message.delivered",
        "message.deferred",
        "message.bounced",
        "message.complained",
        "message.rejected",
        "account.quota",
        "hook.test",
    ];

    /// <summary>Those that can be subscribed to.</summary>
    public static IReadOnlyList<string> All { get; } = Names[..^1];

    public static string ToName(this MailEventKind kind) => Names[(int)kind];

    /// <returns>Null where nothing is called so.</returns>
    public static MailEventKind? TryParse(string name) =>
        Array.IndexOf(Names, name) is >= 0 and var at ? (MailEventKind)at : null;
}
