using System.Security.Cryptography.X509Certificates;
using Cloud.Dns;
using Cloud.Trust.Dane;
using Cloud.Trust.MtaSts;
using Cloud.Trust.TlsRpt;
using Cloud.Wire.Smtp;

namespace Cloud.Flow.Outbound.Relay.Tls;

/// <summary>What is demanded of the connection to a host. RFC 8461 §2: DANE first, then MTA-STS; RFC 8689 above both.</summary>
/// <param name="policies">Null: nobody's MTA-STS policy is asked for.</param>
/// <param name="roots">Of certificates, instead of the system's; null for those.</param>
public sealed class TlsDemands(
    DaneLookup dane,
    MtaStsDiscovery? policies,
    TimeProvider time,
    X509Certificate2Collection? roots = null
)
{
    /// <summary>The domain's policy, to be asked for once and used for all its hosts.</summary>
    /// <exception cref="Store.Ports.StoreException">Whether TLS is wanted is not known.</exception>
    public async ValueTask<MtaStsVerdict?> PolicyOfAsync(
        string domain,
        SendOptions options,
        CancellationToken cancel
    ) =>
        policies is not null && !IsOptional(options) && DnsName.TryParse(domain, out var name)
            ? await policies.FindAsync(name, cancel)
            : null;

    /// <param name="domain">Of the recipients.</param>
    public async ValueTask<HostTls> OfAsync(
        MailHost host,
        string domain,
        MtaStsVerdict? policy,
        SendOptions options,
        CancellationToken cancel
    )
    {
        if (host.Name is not { } name)
            return options.RequireTls ? CannotRequire(host) : Opportunistic(host);
        if (IsOptional(options))
            return Opportunistic(host);

        var found = await dane.FindAsync(name, host.IsSecure, cancel);
        var tls = found.Demand == DaneDemand.Nothing ? OfPolicy(host, policy) : OfRecords(host, found, domain);
        return options.RequireTls ? Required(host, tls) : tls;
    }

    /// <summary>RFC 8689 §4.1: who requires TLS outweighs who says that it does not matter.</summary>
    static bool IsOptional(SendOptions options) => options is { TlsOptional: true, RequireTls: false };

    HostTls OfRecords(MailHost host, DaneHost found, string domain)
    {
        var seen = TlsPolicySeen.Of(found.Records);
        return found.Demand switch
        {
            DaneDemand.Skip => new()
            {
                Demand = SmtpTlsDemand.Encrypted,
                Key = "",
                Policy = TlsPolicySeen.Of([]),
                Refusal = new(false, "4.7.5", $"The TLSA records of {host} cannot be looked up now"),
                RefusalKind = TlsFailure.DnssecInvalid,
            },
            DaneDemand.Encrypt => new()
            {
                Demand = SmtpTlsDemand.Encrypted,
                ServerName = found.ServerName,
                Key = "encrypted",
                Policy = seen,
            },
            _ => new()
            {
                Demand = SmtpTlsDemand.Judged(chain => Judge(found, domain, chain)),
                ServerName = found.ServerName,
                Key = $"dane {seen.Text}",
                Policy = seen,
            },
        };
    }

    CertificateVerdict Judge(DaneHost found, string domain, IReadOnlyList<X509Certificate2> chain)
    {
        var name = DnsName.TryParse(domain, out var parsed) ? parsed : found.Host;
        var verdict = DaneCheck.Check(found, name, chain, time.GetUtcNow());
        var fault = verdict switch
        {
            { Passed: true } => CertificateFault.None,
            { Failure: TlsFailure.CertificateHostMismatch } => CertificateFault.HostMismatch,
            { Failure: TlsFailure.CertificateExpired } => CertificateFault.Expired,
            _ => CertificateFault.NotTrusted,
        };
        return new(fault, verdict.Reason);
    }

    HostTls OfPolicy(MailHost host, MtaStsVerdict? verdict)
    {
        var demand = verdict?.Of(host.Name!) ?? MtaStsDemand.Nothing;
        if (demand == MtaStsDemand.Nothing)
            return Opportunistic(host);
        var seen = TlsPolicySeen.Of(verdict!.Policy!);
        return demand switch
        {
            MtaStsDemand.Authenticate => Verified(host) with { Policy = seen },
            MtaStsDemand.Skip => Verified(host) with
            {
                Policy = seen,
                Refusal = new(false, "4.7.5", $"The MTA-STS policy of {verdict.Domain} does not name {host}"),
                RefusalKind = TlsFailure.ValidationFailure,
            },
            _ => Opportunistic(host) with
            {
                Policy = seen,
                IsTesting = demand == MtaStsDemand.TryToAuthenticate,
                IsMismatch = demand == MtaStsDemand.ReportMismatch,
            },
        };
    }

    /// <summary>RFC 8689 §4.2.1: a name that DNSSEC or MTA-STS vouches for, and a certificate for it.</summary>
    HostTls Required(MailHost host, HostTls tls) =>
        tls.Refusal is not null || tls.Demand.IsAuthenticated ? tls
        : host.IsSecure || tls.IsTesting ? Verified(host) with { Policy = tls.Policy }
        : CannotRequire(host);

    HostTls Verified(MailHost host) =>
        new()
        {
            Demand = SmtpTlsDemand.Verified([$"{host}"], roots),
            ServerName = $"{host}",
            Key = "verified",
        };

    static HostTls Opportunistic(MailHost host) =>
        new()
        {
            Demand = SmtpTlsDemand.Opportunistic,
            ServerName = host.Name is null ? null : $"{host}",
            Key = "opportunistic",
            Policy = TlsPolicySeen.Nothing,
            AllowsClear = true,
        };

    static HostTls CannotRequire(MailHost host) =>
        new()
        {
            Demand = SmtpTlsDemand.Encrypted,
            Key = "",
            Refusal = new(true, "5.7.30", $"REQUIRETLS: nothing vouches for the name of {host}"),
        };
}
