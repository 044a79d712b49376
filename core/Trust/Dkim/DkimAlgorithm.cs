namespace Cloud.Trust.Dkim;

/// <summary>a= of a signature.</summary>
public enum DkimAlgorithm
{
    /// <summary>rsa-sha256. RFC 6376 §3.3.2.</summary>
    RsaSha256,

    /// <summary>ed25519-sha256. RFC 8463 §3.</summary>
    Ed25519Sha256,

    /// <summary>rsa-sha1: never evaluated, never made. RFC 8301 §3.1.</summary>
    RsaSha1,
}
