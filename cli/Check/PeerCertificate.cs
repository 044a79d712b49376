using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Cloud.Cli.Check;

/// <summary>What a server showed of itself in the TLS handshake.</summary>
/// <param name="Fault">Why a client would not trust it; null when it would.</param>
sealed record PeerCertificate(string Names, DateTimeOffset NotAfter, string? Fault)
{
    /// <summary>Less time left than this means that the renewal does not work. Source: ACME clients renew when a third
    /// of 90 days is left.</summary>
    public static readonly TimeSpan RenewalOverdue = TimeSpan.FromDays(14);

    public SslProtocols Protocol { get; init; }

    public static PeerCertificate From(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
            return new("", default, "no certificate");
        using var full = new X509Certificate2(certificate);
        var names = full.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        var listed = names is null ? full.Subject : string.Join(", ", names.EnumerateDnsNames());
        return new(listed, full.NotAfter.ToUniversalTime(), Explain(full, chain, errors));
    }

    /// <summary>One finding that says it all.</summary>
    public Finding Report(string where, DateTimeOffset now, bool allowUntrusted)
    {
        var until = NotAfter.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var version =
            Protocol == SslProtocols.Tls13 ? "TLS 1.3"
            : Protocol == SslProtocols.Tls12 ? "TLS 1.2"
            : "old TLS";
        var text = $"{version}, certificate for {Names} until {until}";
        if (Fault is not null)
            return new(where, allowUntrusted ? Verdict.Warning : Verdict.Failed, $"{text}: {Fault}");
        return NotAfter - now < RenewalOverdue
            ? new(where, Verdict.Warning, $"{text}: it should have been renewed by now")
            : new(where, Verdict.Ok, text);
    }

    static string? Explain(X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
            return null;
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            return "it is for another name";
        if (certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData))
            return "self-signed";
        var status = chain?.ChainStatus.Select(one => one.StatusInformation.Trim()) ?? [];
        return string.Join("; ", status.DefaultIfEmpty("nobody trusted vouches for it"));
    }
}
