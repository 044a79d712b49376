using System.Net;

namespace Cloud.Api.Rest;

/// <summary>Who asks, and how far it may go.</summary>
/// <remarks>
/// What a caller may not see does not exist for it: a resource asks <see cref="Sees"/>, <see cref="SeesDomain"/> or
/// <see cref="SeesAddress"/> and answers 404 where they say no, so that nobody learns what others have.
/// </remarks>
/// <param name="Key">The key's id; empty for the operator at the machine.</param>
/// <param name="Tenant">The tenant whose domains it sees; null for those of all, which is the operator's.</param>
/// <param name="Domain">The only domain that it sees, canonical; null for each of its tenant.</param>
/// <param name="Mailbox">The only user that it sees, an address' key; null for each of its domains.</param>
public sealed record Caller(string Key, string? Tenant, ApiScope Scopes, string? Domain = null, string? Mailbox = null)
{
    /// <summary>When its key ends; null for never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Where its key may be used from; empty for anywhere.</summary>
    public IReadOnlyList<IPNetwork> Networks { get; init; } = [];

    /// <summary>Whoever may open the store's files may do everything.</summary>
    public static readonly Caller Operator = new("", null, ApiScope.Admin);

    /// <summary>Whoever names no key.</summary>
    public static readonly Caller Anonymous = new("", "", ApiScope.None);

    /// <summary>No tenant bounds it, no domain, no mailbox: what concerns the whole system is for it.</summary>
    public bool IsOperator => Tenant is null && IsUnbounded && Scopes.HasFlag(ApiScope.Admin);

    /// <summary>Neither a domain nor a mailbox bounds it within its tenant.</summary>
    public bool IsUnbounded => Domain is null && Mailbox is null;

    /// <summary>Whether a tenant's things are its own.</summary>
    public bool Sees(string tenant) => Tenant is null || Tenant == tenant;

    /// <param name="domain">Canonical.</param>
    /// <param name="tenant">The domain's.</param>
    public bool SeesDomain(string domain, string tenant) =>
        Sees(tenant) && (Domain is null || Domain == domain) && Mailbox is null;

    /// <summary>Whether all of a domain, or a user of it, is its own.</summary>
    /// <inheritdoc cref="SeesDomain"/>
    public bool SeesSomeOf(string domain, string tenant) =>
        SeesDomain(domain, tenant)
        || (Mailbox is { } own && own[(own.LastIndexOf('@') + 1)..] == domain && SeesAddress(own, tenant));

    /// <param name="address">A user's, as a key.</param>
    /// <param name="tenant">Of the address' domain.</param>
    public bool SeesAddress(string address, string tenant) =>
        Sees(tenant)
        && (Domain is null || Domain == address[(address.LastIndexOf('@') + 1)..])
        && (Mailbox is null || Mailbox == address);
}
