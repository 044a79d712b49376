using System.Text;
using Cloud.Mail;

namespace Cloud.Api.WellKnown;

/// <summary>What somebody asks the web server.</summary>
/// <param name="Method">In capitals.</param>
/// <param name="Host">The header field's, with a port or without.</param>
/// <param name="Path">Without the query.</param>
/// <param name="Address">The query's <c>emailaddress</c>; null for none.</param>
/// <param name="Body">At most <see cref="ClientSettings.MaxQuestion"/> octets.</param>
/// <param name="IsSecure">Over TLS.</param>
public sealed record PageRequest(
    string Method,
    string Host,
    string Path,
    string? Address,
    ReadOnlyMemory<byte> Body,
    bool IsSecure
);

/// <param name="Status">Of HTTP.</param>
/// <param name="Type">Of the body.</param>
public sealed record Page(int Status, string Type, byte[] Body);

/// <summary>The pages of our domains: the MTA-STS policy for senders, settings for clients.</summary>
/// <param name="mode">Of the policy.</param>
/// <param name="host">Of the MX records, A-labels.</param>
/// <param name="settings">For clients.</param>
/// <param name="isOurs">Whether a domain (A-labels, lower case) receives mail here.</param>
public sealed class WellKnownPages(
    StsMode mode,
    string host,
    ClientSettings settings,
    Func<string, CancellationToken, ValueTask<bool>> isOurs
)
{
    const string Xml = "application/xml; charset=utf-8";

    static readonly Page NotHere = new(404, "text/plain; charset=utf-8", "Not here\n"u8.ToArray());

    /// <summary>The names, besides the host's own, under which a domain's pages are asked for.</summary>
    public static IEnumerable<string> NamesOf(IReadOnlyList<string> domains) =>
        TransportRecords.PageNames.SelectMany(name => domains.Select(domain => $"{name}.{domain}"));

    public async ValueTask<Page> AnswerAsync(PageRequest request, CancellationToken cancel)
    {
        var asked = request.Host.Split(':')[0].TrimEnd('.').ToLowerInvariant();
        var isRead = request.Method is "GET" or "HEAD";
        return request.Path switch
        {
            "/.well-known/mta-sts.txt" when isRead && request.IsSecure => await PolicyAsync(asked, cancel),
            "/mail/config-v1.1.xml" or "/.well-known/autoconfig/mail/config-v1.1.xml" when isRead =>
                await ForThunderbirdAsync(asked, request.Address, cancel),
            _ when IsAutodiscover(request.Path) && request.IsSecure => request.Method is "POST"
                ? await ForOutlookAsync(request.Body, cancel)
                : new(405, "text/plain; charset=utf-8", "POST is what Outlook does here\n"u8.ToArray()),
            _ => NotHere,
        };
    }

    /// <summary>Outlook writes it in both ways.</summary>
    static bool IsAutodiscover(string path) =>
        path.Equals("/autodiscover/autodiscover.xml", StringComparison.OrdinalIgnoreCase);

    async ValueTask<Page> PolicyAsync(string asked, CancellationToken cancel) =>
        await DomainBelowAsync("mta-sts.", asked, cancel) is null
            ? NotHere
            : new(200, "text/plain; charset=utf-8", Encoding.ASCII.GetBytes(StsPolicy.Text(mode, host)));

    async ValueTask<Page> ForThunderbirdAsync(string asked, string? address, CancellationToken cancel)
    {
        // The name asked for tells the domain; where it is the server's own, the address does.
        var domain =
            await DomainBelowAsync("autoconfig.", asked, cancel)
            ?? await DomainBelowAsync("", asked, cancel)
            ?? (
                EmailAddress.TryParse(address ?? "") is { } given && DomainName.ToAscii(given.Domain) is { } name
                    ? await DomainBelowAsync("", name, cancel)
                    : null
            );
        return domain is null ? NotHere : new(200, Xml, settings.ForThunderbird(domain));
    }

    async ValueTask<Page> ForOutlookAsync(ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        if (ClientSettings.TryReadQuestion(body) is not { } address)
            return new(400, "text/plain; charset=utf-8", "This is no question of Outlook's\n"u8.ToArray());
        return DomainName.ToAscii(address.Domain) is { } domain && await isOurs(domain, cancel)
            ? new(200, Xml, settings.ForOutlook(address))
            : NotHere;
    }

    async ValueTask<string?> DomainBelowAsync(string prefix, string asked, CancellationToken cancel) =>
        asked.StartsWith(prefix, StringComparison.Ordinal)
        && DomainName.ToAscii(asked[prefix.Length..]) is { } domain
        && await isOurs(domain, cancel)
            ? domain
            : null;
}
