using System.Text.Json.Serialization;

namespace Cloud.Flow.Inbound;

/// <summary>Where a message goes: into an account, or to the outbox.</summary>
/// <param name="Account">Empty where it is passed on.</param>
/// <param name="Blob">The account's own copy, or the outbox'; made or still to be made.</param>
/// <param name="To">
/// The recipient that led here, the first if there are several; null where nobody knows any more. Of what is passed on it
/// is always known.
/// </param>
/// <param name="Forward">How it is passed on to other servers; null for an account's.</param>
sealed record Delivery(string Account, string Blob, string? To = null, Forward? Forward = null)
{
    /// <summary>Addresses of an account that are kept: what an event tells.</summary>
    public const int MaxAddresses = Hooks.MailEvent.MaxAddresses;

    /// <summary>The other recipients that led here; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Also { get; init; }

    /// <summary>Without what can be done without.</summary>
    public Delivery Least => Forward is null ? this with { To = null, Also = null } : this;

    /// <summary>Without what can be looked up again, though it may be another by then.</summary>
    public Delivery Shortest => Forward is null ? Least : this with { Forward = Forward with { Targets = null } };

    /// <summary>Whether it is one: what comes from a queue may be anything.</summary>
    public bool IsWhole => Account is not null && Blob is not null && (Forward is null || To is not null);
}

/// <summary>What is known of a message that is passed on, and looked up once.</summary>
/// <param name="Start">Octets of the blob that stay here.</param>
/// <param name="IsGlobal">Its header has octets beyond ASCII.</param>
/// <param name="Notify">NOTIFY (RFC 3461 §4.1).</param>
/// <param name="Original">ORCPT (RFC 3461 §4.2).</param>
/// <param name="Targets">
/// What it was found for, which stays with it whatever becomes of the address; null for all that the address leads to, where
/// they were too long for a queue message.
/// </param>
/// <param name="Refusal">
/// What the sender would have heard if it had been the only recipient: it is not passed on, and he is told; null where it is.
/// </param>
sealed record Forward(
    int Start,
    bool IsGlobal,
    string? Notify,
    string? Original,
    IReadOnlyList<string>? Targets,
    string? Refusal = null
);
