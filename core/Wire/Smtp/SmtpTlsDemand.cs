using System.Security.Cryptography.X509Certificates;

namespace Cloud.Wire.Smtp;

/// <summary>Judges what a server showed in a handshake.</summary>
/// <param name="chain">As the server sent it, its own certificate first. Disposed of afterwards: keep none.</param>
public delegate CertificateVerdict CertificateJudge(IReadOnlyList<X509Certificate2> chain);

/// <summary>What is demanded of a connection's encryption.</summary>
public sealed record SmtpTlsDemand
{
    enum Level
    {
        None,
        Opportunistic,
        Required,
    }

    readonly Level level;

    SmtpTlsDemand(Level level) => this.level = level;

    /// <summary>In clear, even where STARTTLS is offered.</summary>
    public static readonly SmtpTlsDemand None = new(Level.None);

    /// <summary>STARTTLS where it is offered, whatever the certificate (RFC 3207 §4.1, RFC 7435); in clear otherwise.</summary>
    /// <remarks>
    /// After a failed handshake nothing can be said on the connection any more. Opening it fails with
    /// <see cref="SmtpFault.Handshake"/>, and whether to try again with <see cref="None"/> is the caller's to decide.
    /// </remarks>
    public static readonly SmtpTlsDemand Opportunistic = new(Level.Opportunistic);

    /// <summary>TLS or nothing, whatever the certificate: DANE without usable records (RFC 7672 §2.2).</summary>
    public static readonly SmtpTlsDemand Encrypted = new(Level.Required);

    /// <summary>TLS with a certificate that leads to a trusted root and names one of these: MTA-STS, smarthosts.</summary>
    /// <param name="names">Host names in A-labels, or IP addresses.</param>
    /// <param name="roots">Null: those of the system.</param>
    public static SmtpTlsDemand Verified(IReadOnlyList<string> names, X509Certificate2Collection? roots = null) =>
        new(Level.Required) { Names = names, Roots = roots };

    /// <summary>TLS with a certificate that the judge accepts: DANE.</summary>
    public static SmtpTlsDemand Judged(CertificateJudge judge) => new(Level.Required) { Judge = judge };

    /// <summary>No message goes out in clear.</summary>
    public bool IsRequired => level == Level.Required;

    /// <summary>The certificate counts, too.</summary>
    public bool IsAuthenticated => Names is not null || Judge is not null;

    internal bool IsNone => level == Level.None;

    internal IReadOnlyList<string>? Names { get; private init; }

    internal X509Certificate2Collection? Roots { get; private init; }

    internal CertificateJudge? Judge { get; private init; }
}
