using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cloud.Wire.Smtp;

/// <summary>Makes TLS of a stream and looks at what the server showed.</summary>
sealed class TlsHandshake(SmtpOptions options)
{
    readonly SmtpTlsDemand demand = options.Tls;

    /// <summary>Also when it was not accepted.</summary>
    public CertificateFacts? Certificate { get; private set; }

    /// <summary>Why a demand was not met.</summary>
    public CertificateVerdict? Refusal { get; private set; }

    /// <exception cref="Exception">SslStream's many.</exception>
    public async ValueTask<(SslStream Stream, SmtpTlsFacts Facts)> RunAsync(Stream inner, CancellationToken cancel)
    {
        var secured = new SslStream(inner, leaveInnerStreamOpen: false);
        try
        {
            await secured.AuthenticateAsClientAsync(Options(), cancel);
        }
        catch
        {
            await secured.DisposeAsync();
            throw;
        }

        var facts = new SmtpTlsFacts(
            secured.SslProtocol,
            secured.NegotiatedCipherSuite,
            Certificate,
            demand.IsAuthenticated
        );
        return (secured, facts);
    }

    SslClientAuthenticationOptions Options() =>
        new()
        {
            TargetHost = options.ServerName ?? "",
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13, // RFC 8996 §4 retired the older ones.
            EncryptionPolicy = EncryptionPolicy.RequireEncryption,
            CertificateChainPolicy = Policy(),
            RemoteCertificateValidationCallback = Accept,
            // A resumed session shows its certificate, but not always what stands above it.
            AllowTlsResume = !demand.IsAuthenticated,
        };

    X509ChainPolicy Policy()
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck, // Lists are fetched from where a certificate says: not at a stranger's word.
            DisableCertificateDownloads = true,
            VerificationTime = options.Clock.GetUtcNow().UtcDateTime,
        };
        if (demand.Roots is { } roots)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(roots);
        }

        return policy;
    }

    bool Accept(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        var leaf = certificate as X509Certificate2;
        var verdict =
            leaf is null ? new(CertificateFault.Missing, "the server showed no certificate")
            : demand.Judge is { } judge ? judge(Presented(leaf, chain))
            : ByNames(leaf, chain, errors);
        if (leaf is not null)
        {
            Certificate = new(
                leaf.Subject,
                leaf.Issuer,
                leaf.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant(),
                new DateTimeOffset(leaf.NotAfter.ToUniversalTime()),
                verdict
            );
        }

        if (verdict.IsAccepted || !demand.IsAuthenticated)
            return true;
        Refusal = verdict;
        return false;
    }

    /// <summary>The server's certificate, then the others in the order sent.</summary>
    static List<X509Certificate2> Presented(X509Certificate2 leaf, X509Chain? chain)
    {
        var presented = new List<X509Certificate2> { leaf };
        foreach (var other in chain?.ChainPolicy.ExtraStore ?? [])
        {
            if (!other.RawDataMemory.Span.SequenceEqual(leaf.RawDataMemory.Span))
                presented.Add(other);
        }

        return presented;
    }

    /// <summary>RFC 8461 §4.2, RFC 6125 §6: a trusted chain, and one of the names among the alternative ones.</summary>
    CertificateVerdict ByNames(X509Certificate2 leaf, X509Chain? chain, SslPolicyErrors errors)
    {
        if ((errors & SslPolicyErrors.RemoteCertificateChainErrors) != 0)
        {
            var faults = chain!.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
            return new(
                faults.HasFlag(X509ChainStatusFlags.NotTimeValid)
                    ? CertificateFault.Expired
                    : CertificateFault.NotTrusted,
                $"{leaf.Subject}: {faults}"
            );
        }

        var names = demand.Names ?? (options.ServerName is { } name ? [name] : []);
        foreach (var one in names)
        {
            if (leaf.MatchesHostname(one, allowWildcards: true, allowCommonName: false))
                return new(CertificateFault.None, $"is for {one}");
        }

        return new(CertificateFault.HostMismatch, $"{leaf.Subject} is not for {string.Join(", ", names)}");
    }
}
