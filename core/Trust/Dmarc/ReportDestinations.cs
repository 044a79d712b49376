using Cloud.Dns;
using Cloud.Trust.Dmarc.Suffixes;

namespace Cloud.Trust.Dmarc;

/// <summary>Whether somebody takes the reports that a record sends there.</summary>
public enum ReportConsent
{
    Given,
    Refused,

    /// <summary>Nobody knows for now.</summary>
    Unknown,
}

/// <summary>Keeps reports from flooding those who never asked for them. RFC 7489 §7.1, RFC 9990 §4.</summary>
public sealed class ReportDestinations(IResolver resolver, PublicSuffixes? suffixes = null)
{
    /// <summary>Within one organization nobody is asked; others publish <c>DOMAIN._report._dmarc</c> below their name.</summary>
    /// <param name="policyDomain">Whose record names the destination.</param>
    /// <param name="destination">One of its addresses.</param>
    /// <param name="cancel">Ends the question.</param>
    /// <returns>
    /// The consent, and where it is given the address to use: the destination may name another one of its own host.
    /// </returns>
    public async Task<(ReportConsent Consent, ReportAddress Address)> AskAsync(
        DnsName policyDomain,
        ReportAddress destination,
        CancellationToken cancel
    )
    {
        if (!DnsName.TryParse(destination.Address.Domain, out var host))
            return (ReportConsent.Refused, destination);
        var list = suffixes ?? PublicSuffixes.Current;
        if ((list.RegistrableDomain(host) ?? host) == (list.RegistrableDomain(policyDomain) ?? policyDomain))
            return (ReportConsent.Given, destination);
        if (host.TryPrepend($"{policyDomain}._report._dmarc") is not { } name)
            return (ReportConsent.Refused, destination);
        var answer = await resolver.QueryAsync(name, RecordType.Txt, cancel);
        if (answer.IsFailure)
            return (ReportConsent.Unknown, destination);
        var texts = answer.Records.OfType<TxtRecord>().Select(record => record.Text.ToLatin1());
        var consents = texts.Where(text => DmarcRecord.HasVersion(text)).ToArray();
        if (consents.Length == 0)
            return (ReportConsent.Refused, destination);
        // It has no policy, but may have an address of its own.
        var named = DmarcRecord.TryParse(consents[0], out var record) ? record.AggregateReports : [];
        var own = named.FirstOrDefault(other =>
            DnsName.TryParse(other.Address.Domain, out var otherHost) && otherHost == host
        );
        return (ReportConsent.Given, own ?? destination);
    }
}
