using System.Text;
using Cloud.Mail.Headers;
using Cloud.Trust.Arc;
using Cloud.Trust.AuthResults;
using Cloud.Trust.Client;
using Cloud.Trust.Content;
using Cloud.Trust.Dkim;
using Cloud.Trust.Dmarc;
using Cloud.Trust.Spf;

namespace Cloud.Flow.Door;

/// <summary>Who sent a message, as far as can be told.</summary>
/// <param name="Dkim">Of each signature, from the top.</param>
/// <param name="Forwarder">A trusted one that saw the message pass DMARC; null for none.</param>
sealed record TrustVerdicts(
    ClientVerdicts Client,
    IReadOnlyList<DkimResult> Dkim,
    ArcVerdict Arc,
    DmarcVerdict Dmarc,
    ArcSet? Forwarder
)
{
    /// <summary>Something could not be looked up: nobody can be blamed for what is not proved then.</summary>
    public bool IsUnknown =>
        Client.Spf is { Result: SpfResult.TempError }
        || Dkim.Any(signature => signature.IsUnknown)
        || Dmarc.Result == DmarcResult.TempError;

    public ContentFacts ToFacts() =>
        new()
        {
            Spf = Client.Spf?.Result,
            Dkim = Dkim,
            Dmarc = Dmarc,
            TrustedForwarder = Forwarder is not null,
            ReverseName = Client.Iprev?.Result switch
            {
                IprevResult.Pass => ReverseName.Matches,
                IprevResult.PermError => ReverseName.None,
                IprevResult.Fail => ReverseName.Differs,
                _ => ReverseName.Unknown,
            },
            Helo = HeloOf(Client.Helo),
            Lists =
            [
                .. Client.Lists.Listings.Select(listing => new ListedBy(
                    $"{listing.Zone}",
                    listing.Item,
                    (decimal)listing.Weight
                )),
            ],
        };

    /// <summary>Octets of the field, beyond which signatures are left out of it, the last ones first.</summary>
    const int MaxField = 6 * 1024;

    /// <summary>The field that says so. RFC 8601.</summary>
    public string ToField(string server)
    {
        for (var signatures = Dkim.Count; ; signatures--)
        {
            var field = ResultsField.Write(new(server, 1, [.. Results(signatures)]));
            if (field.Length <= MaxField || signatures == 0)
                return Encoding.UTF8.GetString(field);
        }
    }

    IEnumerable<AuthenticationResult> Results(int signatures)
    {
        if (Client.Iprev is { } iprev)
            yield return VerdictResults.Iprev(iprev.ResultText, iprev.Address, iprev.Reason);
        if (Client.HeloSpf is { } helo)
            yield return helo.ToResult();
        if (Client.Spf is { } spf)
            yield return spf.ToResult();
        if (signatures > 0 || Dkim.Count == 0)
        {
            foreach (var result in Dkim.Take(signatures).ToList().ToResults())
                yield return result;
        }
        if (Arc.Result != ArcResult.None)
            yield return Arc.ToResult(Client.Address);
        yield return Dmarc.ToResult();
    }

    public IEnumerable<string> Steps()
    {
        foreach (var step in Client.Steps())
            yield return step;
        foreach (var signature in Dkim)
        {
            yield return $"{signature}";
            foreach (var step in signature.Steps)
                yield return $"  {step}";
        }
        yield return $"{Arc}";
        foreach (var step in Arc.Steps)
            yield return $"  {step}";
        yield return $"{Dmarc}";
        foreach (var step in Dmarc.Steps)
            yield return $"  {step}";
        if (Forwarder is not null)
            yield return $"{Forwarder.Sealer} is trusted, and saw it pass DMARC";
    }

    static HeloName HeloOf(HeloVerdict? verdict) =>
        verdict switch
        {
            null => HeloName.Unknown,
            _ when verdict.Has(HeloFinding.TempError) => HeloName.Unknown,
            _ when verdict.Has(HeloFinding.IsOurName) || verdict.Has(HeloFinding.IsOurAddress) => HeloName.Ours,
            { Findings.Count: 0 } => HeloName.Matches,
            _ when verdict.Has(HeloFinding.DoesNotResolve) || verdict.Has(HeloFinding.DoesNotMatchClient) =>
                HeloName.Differs,
            _ => HeloName.Invalid,
        };
}

static class Forwarders
{
    /// <summary>The trusted forwarder that saw the message pass DMARC for the author that it has now. RFC 8617 §7.2.1.</summary>
    public static ArcSet? Forwarder(this ArcVerdict arc, DmarcVerdict dmarc, DoorOptions options) =>
        Seen(arc.TrustedSet(options.TrustedForwarders), dmarc);

    /// <summary>Whether there would be one, if the name servers told all.</summary>
    public static bool MayBeForwarded(this ArcVerdict arc, DmarcVerdict dmarc, DoorOptions options) =>
        Seen(arc.PossibleSet(options.TrustedForwarders), dmarc) is not null;

    static ArcSet? Seen(ArcSet? set, DmarcVerdict dmarc)
    {
        if (dmarc.Domain is not { } author || set is null)
            return null;
        // Who rewrites From answers for it: what it saw of another author says nothing of this one.
        return
            set.ResultOf("dmarc") is { } seen
            && seen.Result.Equals("pass", StringComparison.OrdinalIgnoreCase)
            && seen.Property("header.from") is { } from
            && Dns.DnsName.TryParse(from.AsSpan(from.LastIndexOf('@') + 1), out var name)
            && name == author
            ? set
            : null;
    }
}
