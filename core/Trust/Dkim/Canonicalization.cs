namespace Cloud.Trust.Dkim;

/// <summary>How a header or a body is written before it is hashed. RFC 6376 §3.4.</summary>
public enum Canonicalization
{
    /// <summary>As it stands, but for empty lines at the end of the body.</summary>
    Simple,

    /// <summary>White space and the case of field names do not count.</summary>
    Relaxed,
}
