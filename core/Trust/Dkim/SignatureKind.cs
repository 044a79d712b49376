namespace Cloud.Trust.Dkim;

/// <summary>Fields that are written as DKIM-Signature is.</summary>
enum SignatureKind
{
    /// <summary>RFC 6376 §3.5.</summary>
    Dkim,

    /// <summary>ARC-Message-Signature: no v=, and i= is the instance. RFC 8617 §4.1.2.</summary>
    ArcMessage,

    /// <summary>ARC-Seal: of header fields alone, which are given, always relaxed. RFC 8617 §4.1.3.</summary>
    ArcSeal,
}
