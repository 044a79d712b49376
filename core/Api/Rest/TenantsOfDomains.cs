using Cloud.Mail;

namespace Cloud.Api.Rest;

/// <summary>Whether a caller sees addresses of a list, each domain looked up once.</summary>
sealed class TenantsOfDomains(ApiCall call)
{
    readonly Dictionary<string, string?> tenants = new(StringComparer.Ordinal);

    /// <param name="address">Of ours, as it is kept.</param>
    public async ValueTask<bool> SeesAsync(string address, CancellationToken cancel)
    {
        if (EmailAddress.TryParse(address) is not { } parsed)
            return false;
        var domain = EmailAddress.CanonicalDomain(parsed.Domain);
        if (!tenants.TryGetValue(domain, out var tenant))
            tenants[domain] = tenant = await call.TenantOfAsync(domain, cancel);
        return tenant is not null && call.Caller.SeesAddress(parsed.Key, tenant);
    }
}
