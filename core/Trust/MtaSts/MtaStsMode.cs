namespace Cloud.Trust.MtaSts;

/// <summary>What a policy asks of senders. RFC 8461 §5.</summary>
public enum MtaStsMode
{
    /// <summary>Nothing: as if there were none.</summary>
    None,

    /// <summary>Deliver in any case; report what would have failed.</summary>
    Testing,

    /// <summary>Deliver to matching hosts only, over TLS with a certificate that holds.</summary>
    Enforce,
}
