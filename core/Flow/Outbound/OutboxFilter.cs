using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Outbox;

namespace Cloud.Flow.Outbound;

/// <summary>Which messages of the outbox are listed; what is null does not count.</summary>
public sealed record OutboxFilter
{
    /// <summary>True: those for whom something is still to be done. False: those that are done with.</summary>
    public bool? IsOpen { get; init; }

    public bool? IsHeld { get; init; }

    public AccountId? Account { get; init; }

    /// <summary>The reverse path, or a domain of it.</summary>
    public string? Sender { get; init; }

    /// <summary>A recipient's address, or a domain. Costs a read for each message that the rest lets through.</summary>
    public string? Recipient { get; init; }

    /// <summary>Accepted then or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Accepted before.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Which the asker may know of; null for all.</summary>
    internal Func<Submission, bool>? Sees { get; init; }

    internal bool Takes(Submission message, MessageRow row) =>
        (IsOpen is null || IsOpen != row.IsDone)
        && (IsHeld is null || IsHeld == row.IsHeld)
        && (Account is null || Account == message.Account)
        && (Sender is null || (message.From is { } from && Is(from, Sender)))
        && (Sees is null || Sees(message));

    internal bool TakesRecipient(string address) =>
        Recipient is null || (EmailAddress.TryParse(address) is { } to && Is(to, Recipient));

    static bool Is(EmailAddress address, string wanted) =>
        EmailAddress.TryParse(wanted) is { } whole
            ? whole.Key == address.Key
            : EmailAddress.CanonicalDomain(address.Domain) == EmailAddress.CanonicalDomain(wanted);
}
