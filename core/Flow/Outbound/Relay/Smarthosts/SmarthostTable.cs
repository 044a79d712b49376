using Cloud.Mail;

namespace Cloud.Flow.Outbound.Relay.Smarthosts;

/// <summary>Which smarthost a message goes through: its sender's domain's, or the default.</summary>
/// <param name="Default">Null: straight to the recipients' hosts.</param>
public sealed record SmarthostTable(Smarthost? Default)
{
    public static readonly SmarthostTable None = new((Smarthost?)null);

    /// <summary>By the sender's domain, canonical; null means straight to the recipients' hosts for that domain.</summary>
    public IReadOnlyDictionary<string, Smarthost?> Domains { get; init; } =
        new Dictionary<string, Smarthost?>(StringComparer.Ordinal);

    /// <param name="domain">Of the sender; null for notices of our own.</param>
    public Smarthost? Of(string? domain) =>
        domain is not null && Domains.TryGetValue(EmailAddress.CanonicalDomain(domain), out var own) ? own : Default;
}
