using Cloud.Mail;
using Cloud.Mail.Headers;

namespace Cloud.Trust.Content;

/// <summary>Whether a message goes round in circles.</summary>
public static class MailLoops
{
    /// <summary>Received fields from which a message loops. RFC 5321 §6.3 wants "a large rejection threshold, normally at
    /// least 100".</summary>
    public const int DefaultMaxHops = 100;

    /// <summary>Delivered-To fields that are looked at.</summary>
    const int MaxDelivered = 1_000;

    /// <param name="header">The message's header, as it came.</param>
    /// <param name="recipients">Those it is to be delivered to now.</param>
    /// <param name="maxHops">Received fields from which it loops.</param>
    public static LoopVerdict Check(
        ReadOnlySpan<byte> header,
        IReadOnlyCollection<EmailAddress> recipients,
        int maxHops = DefaultMaxHops
    )
    {
        var hops = 0;
        var delivered = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in new HeaderReader(header))
        {
            if (field.Is("Received"u8))
                hops++;
            else if (field.Is("Delivered-To"u8) && delivered.Count < MaxDelivered && AddressOf(field) is { } address)
                delivered.Add(address.Key);
        }

        IReadOnlyList<EmailAddress> again = [.. recipients.Where(recipient => delivered.Contains(recipient.Key))];
        return new(hops, hops >= maxHops, again, again.Count > 0 && again.Count == recipients.Count);
    }

    static EmailAddress? AddressOf(HeaderField field) =>
        field.Value.Length > 2 * EmailAddress.MaxLength
            ? null
            : EmailAddress.TryParse(HeaderText.Decode(field.Value).Trim('<', '>', ' '));
}

/// <param name="Hops">Received fields.</param>
/// <param name="IsTooFar">It has been through so many servers that it must be a loop: 554 5.4.6 (RFC 3463 §3.5).</param>
/// <param name="AlreadyDelivered">Recipients of now that it was delivered to before, says Delivered-To (RFC 9228).</param>
/// <param name="IsForNobodyElse">All of them: 5.4.6 as well. Where there are others, a refusal would keep it from these.</param>
/// <remarks>
/// Nobody vouches for Delivered-To: a stranger who writes it keeps his own mail from a mailbox, which harms nobody. It is
/// not written by all, so the count of hops is what ends every loop.
/// </remarks>
public sealed record LoopVerdict(
    int Hops,
    bool IsTooFar,
    IReadOnlyList<EmailAddress> AlreadyDelivered,
    bool IsForNobodyElse
)
{
    public bool IsLoop => IsTooFar || IsForNobodyElse;

    /// <summary>One line; null where there is no loop.</summary>
    public string? Reason =>
        IsTooFar ? $"Mail loop: {Hops} hops"
        : IsForNobodyElse ? "Mail loop: already delivered to this mailbox"
        : null;
}
