using System.Text.Json.Serialization;
using Cloud.Mail;

namespace Cloud.Flow.Hooks;

public enum HookPayload
{
    /// <summary>The message with its texts.</summary>
    Full,

    /// <summary>Ids, to ask with.</summary>
    Thin,
}

/// <summary>In whose words the endpoint is told.</summary>
public enum HookPreset
{
    /// <summary>Ours: docs/webhooks.md.</summary>
    None,
    Slack,
    Discord,
    Teams,
    Ntfy,
}

/// <summary>A subscription: which events go where.</summary>
public sealed record Hook
{
    /// <summary>Subscriptions of one store: each event is compared with all of them.</summary>
    public const int MaxHooks = 1000;

    /// <summary>Subscriptions of one tenant: none of them takes the room of all.</summary>
    public const int MaxOfTenant = 50;

    /// <summary>Subscriptions that one event may go to: what one message of the queue names. One more is not made.</summary>
    public const int MaxOfEvent = 100;

    /// <summary>Characters of an address of an endpoint: what servers and proxies take.</summary>
    public const int MaxUrl = 2000;

    /// <summary>Posts at the same time to one endpoint, in each process.</summary>
    public const int MaxConcurrency = 32;

    /// <summary>Octets of attachments that may be put into a payload.</summary>
    public const int MaxInline = 5 * 1024 * 1024;

    /// <summary><c>wh_</c> and 16 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>Whose it is: it hears of that tenant's domains alone. Empty for the operator's own, null for all.</summary>
    public string? Tenant { get; init; }

    public required string Url { get; init; }

    public required IReadOnlyList<MailEventKind> Events { get; init; }

    /// <summary>Lower case, A-labels; null for all domains of the tenant.</summary>
    public string? Domain { get; init; }

    /// <summary>An address of ours, or a pattern of some.</summary>
    public string? Address { get; init; }

    /// <summary>The address of a user: all that reaches and leaves her mailbox.</summary>
    public string? Mailbox { get; init; }

    /// <summary>That user's.</summary>
    public string? Account { get; init; }

    public HookRule Rule { get; init; } = HookRule.Any;

    public HookPayload Payload { get; init; }

    public HookPreset Preset { get; init; }

    /// <summary>Octets of attachments that are put into the payload; what is larger, all together, is linked.</summary>
    public int Inline { get; init; }

    /// <summary>Posts at the same time, 1 to <see cref="MaxConcurrency"/>, in each process.</summary>
    public int Concurrency { get; init; } = 4;

    /// <summary>Who hears by mail that the endpoint fails; null for a postmaster of whose it is.</summary>
    public string? Owner { get; init; }

    public string? Description { get; init; }

    /// <summary>Why nothing is sent to it; null where it is.</summary>
    public string? Disabled { get; init; }

    public DateTimeOffset Created { get; init; }

    /// <summary>Rises with each edit.</summary>
    public int Revision { get; init; } = 1;

    [JsonIgnore]
    public bool IsEnabled => Disabled is null;

    /// <summary>No tenant's: the operator's own, or for all.</summary>
    [JsonIgnore]
    public bool IsOperators => string.IsNullOrEmpty(Tenant);

    /// <summary>Whether it asks for the event; the header of its rule is looked at when the message is read.</summary>
    internal bool Wants(MailEvent told, string tenant) =>
        IsEnabled
        && Events.Contains(told.Kind)
        && (Tenant is null || Tenant == tenant)
        && (Domain is null || Domain == told.Domain)
        && (Address is null || told.OwnAddresses.Any(address => Wildcards.Matches(Address, address)))
        && (Account is null || Account == told.Account)
        && Rule.Matches(told);
}
