using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cloud.Dns;
using Cloud.Trust.Spf;
using Cloud.Trust.TlsRpt;

namespace Cloud.Trust.Dane;

/// <summary>Compares what a server showed in a handshake with the records of its host. RFC 7671, RFC 7672 §3.</summary>
public static class DaneCheck
{
    /// <summary>Certificates of a chain that are looked at; real ones have up to four.</summary>
    const int MaxChain = 10;

    const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <param name="host">Found with <see cref="DaneLookup"/>.</param>
    /// <param name="domain">The recipient's: a certificate of a trust anchor may name it instead of the host.</param>
    /// <param name="chain">As the server sent it, its own certificate first.</param>
    /// <param name="now">For the certificates' times.</param>
    public static DaneVerdict Check(
        DaneHost host,
        DnsName domain,
        IReadOnlyList<X509Certificate2> chain,
        DateTimeOffset now
    )
    {
        var steps = new StepList();
        if (host.Demand is DaneDemand.Nothing or DaneDemand.Encrypt)
            return new(true, null, "nobody's name is asked for", steps.All);
        if (host.Demand == DaneDemand.Skip)
            return new(false, TlsFailure.DnssecInvalid, "the records could not be looked up", steps.All);
        if (chain.Count == 0)
            return new(false, TlsFailure.ValidationFailure, "the server showed no certificate", steps.All);

        var names = new[] { host.Base, host.Host, domain }.Distinct().Select(name => $"{name}".TrimEnd('.')).ToArray();
        var failure = TlsFailure.CertificateNotTrusted;
        // Own keys first: they need nothing else.
        foreach (var record in host.Records.OrderByDescending(record => record.Usage))
        {
            var fault =
                record.Usage == Tlsa.EndEntity
                    ? OfServer(record, chain[0])
                    : OfAnchor(record, [.. chain.Take(MaxChain)], names, now);
            steps.Add($"TLSA {record.ToText()}: {fault?.Reason ?? "matches"}");
            if (fault is null)
                return new(true, null, $"TLSA {record.ToText()} matches", steps.All);
            if (fault.Value.Failure != TlsFailure.CertificateNotTrusted)
                failure = fault.Value.Failure;
        }

        return new(false, failure, "no record matches what the server showed", steps.All);
    }

    /// <summary>DANE-EE(3): the key is all; neither names nor times count. RFC 7672 §3.1.1.</summary>
    static Fault? OfServer(TlsaRecord record, X509Certificate2 leaf) =>
        record.Matches(leaf) ? null : new(TlsFailure.CertificateNotTrusted, "another certificate");

    /// <summary>DANE-TA(2): an issuer that the server sent along is the trust anchor. RFC 7672 §3.1.2.</summary>
    static Fault? OfAnchor(TlsaRecord record, List<X509Certificate2> chain, string[] names, DateTimeOffset now)
    {
        if (InRecord(record) is { } own)
            chain.Add(own);
        var anchors = chain.Skip(1).Where(record.Matches).ToList();
        if (anchors.Count == 0)
            return new(TlsFailure.CertificateNotTrusted, "no such issuer in the chain");
        Fault? fault = null;
        foreach (var anchor in anchors)
        {
            fault = Leads(chain, anchor, now);
            if (fault is null)
                break;
        }

        if (fault is not null)
            return fault;
        return Array.Exists(names, name => chain[0].MatchesHostname(name))
            ? null
            : new(TlsFailure.CertificateHostMismatch, "the certificate is for another name");
    }

    /// <summary>A record may hold the whole issuer, which the server then need not send. RFC 7671 §5.2.1.</summary>
    static X509Certificate2? InRecord(TlsaRecord record)
    {
        if (record is not { Selector: Tlsa.Certificate, MatchingType: Tlsa.Full })
            return null;
        try
        {
            return X509CertificateLoader.LoadCertificate(record.Association.Span);
        }
        catch (CryptographicException)
        {
            return null; // It matches nothing, then.
        }
    }

    /// <summary>Whether the chain goes from the server's certificate to the anchor, each signed by the next, all in their time.</summary>
    static Fault? Leads(List<X509Certificate2> presented, X509Certificate2 anchor, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.Add(anchor);
        policy.ExtraStore.AddRange(presented.Skip(1).ToArray());
        policy.RevocationMode = X509RevocationMode.NoCheck; // The record is taken out of DNS instead.
        policy.DisableCertificateDownloads = true;
        policy.VerificationTime = now.UtcDateTime;
        policy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        // An anchor below a root is one all the same; what is missing above it is looked at below.
        policy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority;
        chain.Build(presented[0]);

        var elements = chain.ChainElements.ToList();
        var at = elements.FindIndex(element => element.Certificate.RawDataMemory.Span.SequenceEqual(anchor.RawData));
        if (at < 1)
            return new(TlsFailure.CertificateNotTrusted, "the certificate does not lead to the issuer");
        const X509ChainStatusFlags Above = X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot;
        var faults = elements
            .Take(at + 1)
            .SelectMany(
                (element, place) =>
                    element.ChainElementStatus.Select(status => place == at ? status.Status & ~Above : status.Status)
            )
            .Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one);
        return faults == X509ChainStatusFlags.NoError ? null
            : faults.HasFlag(X509ChainStatusFlags.NotTimeValid) ? new(TlsFailure.CertificateExpired, $"{faults}")
            : new(TlsFailure.CertificateNotTrusted, $"{faults}");
    }

    readonly record struct Fault(TlsFailure Failure, string Reason);
}
