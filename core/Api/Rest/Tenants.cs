using System.Text;
using Cloud.Mail;
using Cloud.Store.Directory;
using Cloud.Store.Ports;

namespace Cloud.Api.Rest;

/// <summary>Whose is what: the one place where a resource asks whether a caller sees a domain or an address.</summary>
static class Tenants
{
    /// <summary>Characters of a tenant's name: a label's (RFC 1035 §2.3.4).</summary>
    const int MaxName = 63;

    public const string Rule = "A tenant has up to 63 small letters, digits and hyphens.";

    /// <remarks>Empty: the operator's own.</remarks>
    public static bool IsName(string tenant) =>
        tenant.Length <= MaxName && tenant.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    /// <summary>A domain that the caller sees.</summary>
    /// <exception cref="ApiException">404: there is none, or it is another's.</exception>
    public static async ValueTask<Row> DomainAsync(this ApiCall call, string domain, CancellationToken cancel)
    {
        var row = await call.FindDomainAsync(domain, cancel);
        return row is not null && call.Caller.SeesDomain(Canonical(domain), DirectoryRows.TenantOf(row.Data))
            ? row
            : throw new ApiException(ApiProblem.NotFound("domain"));
    }

    /// <summary>An address of a domain that the caller sees, as a key.</summary>
    /// <param name="what">What it is called where it is not seen: a user, an alias.</param>
    /// <exception cref="ApiException">404: it is no address, or in another's domain.</exception>
    public static async ValueTask<string> AddressAsync(
        this ApiCall call,
        string address,
        string what,
        CancellationToken cancel
    )
    {
        if (EmailAddress.TryParse(address) is { } parsed && IsKept(parsed))
        {
            var domain = parsed.Key[(parsed.Key.LastIndexOf('@') + 1)..];
            var row = await call.FindDomainAsync(domain, cancel);
            if (row is not null && call.Caller.SeesAddress(parsed.Key, DirectoryRows.TenantOf(row.Data)))
                return parsed.Key;
        }
        throw new ApiException(ApiProblem.NotFound(what));
    }

    /// <summary>A domain that the caller sees, canonical.</summary>
    /// <exception cref="ApiException">404: there is none, or it is another's.</exception>
    public static async ValueTask<string> DomainNameAsync(this ApiCall call, string domain, CancellationToken cancel)
    {
        await call.DomainAsync(domain, cancel);
        return Canonical(domain);
    }

    /// <summary>An address of a domain that the caller sees, in a request's body, as a key.</summary>
    /// <param name="pointer">Where it stands.</param>
    /// <exception cref="ApiException">422: it is no address, or in another's domain.</exception>
    public static async ValueTask<string> OwnAddressAsync(
        this ApiCall call,
        string address,
        string pointer,
        CancellationToken cancel
    )
    {
        if (EmailAddress.TryParse(address) is not { } parsed || !IsKept(parsed))
            throw new ApiException(ApiProblem.Invalid(pointer, $"{address} is no address."));
        var tenant = await call.TenantOfAsync(Canonical(parsed.Domain), cancel);
        return tenant is not null && call.Caller.SeesAddress(parsed.Key, tenant)
            ? parsed.Key
            : throw new ApiException(ApiProblem.Invalid(pointer, $"The domain {parsed.Domain} is not one of yours."));
    }

    /// <returns>The tenant of a domain of ours, whoever asks; null where it is none of ours.</returns>
    public static async ValueTask<string?> TenantOfAsync(this ApiCall call, string domain, CancellationToken cancel) =>
        await call.FindDomainAsync(domain, cancel) is { } row ? DirectoryRows.TenantOf(row.Data) : null;

    /// <summary>RFC 5321 §4.5.3.1.1: nobody here has a longer name, and it would not fit a key.</summary>
    static bool IsKept(EmailAddress address) => Encoding.UTF8.GetByteCount(address.Local) <= 64;

    /// <returns>The row of a domain of ours, whoever asks; null where it is none of ours.</returns>
    public static async ValueTask<Row?> FindDomainAsync(this ApiCall call, string domain, CancellationToken cancel) =>
        EmailAddress.IsDomain(domain) && domain[0] != '[' && Canonical(domain).All(KeyText.IsAllowed)
            ? await call.Rooms.Backend.Directory.ReadAsync(DirectoryRows.Domain(Canonical(domain)), cancel)
            : null;

    static string Canonical(string domain) => EmailAddress.CanonicalDomain(domain);
}
