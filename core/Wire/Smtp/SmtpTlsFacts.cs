using System.Net.Security;
using System.Security.Authentication;

namespace Cloud.Wire.Smtp;

/// <summary>Why a certificate does not show that its server is the one that was meant.</summary>
public enum CertificateFault
{
    None,

    /// <summary>It is for other names.</summary>
    HostMismatch,

    /// <summary>It, or one above it, is over or not yet begun.</summary>
    Expired,

    /// <summary>It does not lead to what is trusted.</summary>
    NotTrusted,

    /// <summary>There was none.</summary>
    Missing,
}

/// <summary>Whether a certificate shows that its server is the one that was meant.</summary>
/// <param name="Reason">One line for traces.</param>
public readonly record struct CertificateVerdict(CertificateFault Fault, string Reason)
{
    public bool IsAccepted => Fault == CertificateFault.None;
}

/// <summary>The certificate a server showed.</summary>
/// <param name="Subject">As it says itself.</param>
/// <param name="Issuer">As it says itself.</param>
/// <param name="Sha256">Of the whole, 64 hex digits in lower case.</param>
/// <param name="NotAfter">When it is over.</param>
/// <param name="Verdict">By what was demanded; where nothing was, by the system's roots and the server's name.</param>
public sealed record CertificateFacts(
    string Subject,
    string Issuer,
    string Sha256,
    DateTimeOffset NotAfter,
    CertificateVerdict Verdict
);

/// <summary>How a connection is encrypted.</summary>
/// <param name="Protocol">TLS 1.2 or 1.3.</param>
/// <param name="Cipher">IANA's name and number.</param>
/// <param name="Certificate">Null when the server showed none.</param>
/// <param name="IsAuthenticated">The certificate was demanded and accepted, not merely looked at.</param>
public sealed record SmtpTlsFacts(
    SslProtocols Protocol,
    TlsCipherSuite Cipher,
    CertificateFacts? Certificate,
    bool IsAuthenticated
);
