namespace Cloud.Trust.TlsRpt;

/// <summary>Why a session with a mail server was not as safe as it should have been. RFC 8460 §4.3.</summary>
public enum TlsFailure
{
    StartTlsNotSupported,
    CertificateHostMismatch,
    CertificateExpired,
    CertificateNotTrusted,

    /// <summary>All that has no name of its own.</summary>
    ValidationFailure,
    TlsaInvalid,
    DnssecInvalid,
    DaneRequired,
    StsPolicyFetchError,
    StsPolicyInvalid,
    StsWebPkiInvalid,
}

static class TlsFailures
{
    /// <summary>As reports have it.</summary>
    public static string ToText(this TlsFailure failure) =>
        failure switch
        {
            TlsFailure.StartTlsNotSupported => "starttls-not-supported",
            TlsFailure.CertificateHostMismatch => "certificate-host-mismatch",
            TlsFailure.CertificateExpired => "certificate-expired",
            TlsFailure.CertificateNotTrusted => "certificate-not-trusted",
            TlsFailure.TlsaInvalid => "tlsa-invalid",
            TlsFailure.DnssecInvalid => "dnssec-invalid",
            TlsFailure.DaneRequired => "dane-required",
            TlsFailure.StsPolicyFetchError => "sts-policy-fetch-error",
            TlsFailure.StsPolicyInvalid => "sts-policy-invalid",
            TlsFailure.StsWebPkiInvalid => "sts-webpki-invalid",
            _ => "validation-failure",
        };
}
