namespace Cloud.Flow.Outbound;

/// <summary>What the sender asked for with the message as a whole.</summary>
public sealed record SendOptions
{
    public static readonly SendOptions None = new();

    /// <summary>RET (RFC 3461 §4.3): <c>FULL</c>, <c>HDRS</c> or null.</summary>
    public string? Ret { get; init; }

    /// <summary>ENVID (RFC 3461 §4.4), decoded from xtext; null when not given.</summary>
    public string? EnvelopeId { get; init; }

    /// <summary>The header or an address needs SMTPUTF8 (RFC 6531).</summary>
    public bool SmtpUtf8 { get; init; }

    public BodyType Body { get; init; }

    /// <summary>REQUIRETLS (RFC 8689 §2): not sent to servers that cannot keep it secret.</summary>
    public bool RequireTls { get; init; }

    /// <summary>TLS-Required: No (RFC 8689 §5): rather sent in clear than not at all.</summary>
    public bool TlsOptional { get; init; }

    /// <summary>Each recipient gets it under a reverse path of its own, so that what comes back tells of whom.</summary>
    public bool Verp { get; init; }

    /// <summary>DELIVERBY (RFC 2852); null when not given.</summary>
    public DeliverBy? DeliverBy { get; init; }

    /// <summary>MT-PRIORITY (RFC 6710 §3), -9 to 9; 0 is normal.</summary>
    public int Priority { get; init; }
}

/// <summary>What is known of the body's octets.</summary>
public enum BodyType
{
    SevenBit,

    /// <summary>8BITMIME (RFC 6152).</summary>
    EightBit,

    /// <summary>BINARYMIME (RFC 3030 §3).</summary>
    Binary,
}

/// <summary>DELIVERBY (RFC 2852 §4).</summary>
/// <param name="Deadline">By when it is to be delivered.</param>
/// <param name="Returns">Mode R: what is not delivered by then comes back. Else N: the sender is told, and it is tried on.</param>
/// <param name="Traces">T: who passes it on tells the sender so. Handed on; we tell of it only where NOTIFY asks for success.</param>
public sealed record DeliverBy(DateTimeOffset Deadline, bool Returns, bool Traces = false);
