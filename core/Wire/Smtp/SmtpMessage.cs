using Cloud.Mail;
using Cloud.Mail.SevenBit;

namespace Cloud.Wire.Smtp;

/// <summary>What octets a message is made of.</summary>
public enum SmtpBody
{
    SevenBit,

    /// <summary>Octets beyond ASCII, in lines: needs 8BITMIME (RFC 6152).</summary>
    EightBit,

    /// <summary>No lines: needs BINARYMIME and CHUNKING (RFC 3030).</summary>
    Binary,
}

/// <summary>When a message has to have arrived. RFC 2852 §4.</summary>
/// <param name="Seconds">What is left, in seconds; negative when it is over (only where <paramref name="Return"/> is false).</param>
/// <param name="Return">True: undelivered by then it comes back (R). False: the sender is told (N).</param>
/// <param name="Trace">Every relay tells the sender.</param>
public sealed record SmtpDeliverBy(long Seconds, bool Return, bool Trace);

/// <summary>One who shall get a message.</summary>
/// <param name="Address">Where to.</param>
/// <param name="Notify">NOTIFY: <c>NEVER</c>, or a list of <c>SUCCESS</c>, <c>FAILURE</c>, <c>DELAY</c>; null: not given. RFC 3461 §4.1.</param>
/// <param name="OriginalRecipient">ORCPT, decoded: <c>rfc822;address</c> or <c>utf-8;address</c>; null: not given. RFC 3461 §4.2.</param>
public sealed record SmtpRecipient(EmailAddress Address, string? Notify = null, string? OriginalRecipient = null);

/// <summary>A message and its envelope.</summary>
public sealed record SmtpMessage
{
    /// <summary>Null for <c>&lt;&gt;</c>.</summary>
    public required EmailAddress? From { get; init; }

    /// <summary>One or more; as many as one transaction shall have.</summary>
    public required IReadOnlyList<SmtpRecipient> Recipients { get; init; }

    /// <summary>Opens the octets to send, from the first. Asked at most once, and the stream is disposed of.</summary>
    public required Func<CancellationToken, ValueTask<Stream>> Open { get; init; }

    /// <summary>Octets, for SIZE (RFC 1870); the server's limit is compared with it. 0: unknown.</summary>
    public long Size { get; init; }

    public SmtpBody Body { get; init; }

    /// <summary>
    /// Opens the same message in 7 bit, for servers that take no other (RFC 6152 §3). Null: such a server gets nothing,
    /// and the recipients fail with <see cref="SmtpFault.NotSupported"/>, 5.6.3.
    /// </summary>
    public Func<CancellationToken, ValueTask<Stream>>? OpenSevenBit { get; init; }

    /// <summary>Octets of that form, which is longer, as <see cref="Size"/> is of the other. 0: unknown.</summary>
    public long SevenBitSize { get; init; }

    /// <summary>Why there is no <see cref="OpenSevenBit"/>; null where nobody says.</summary>
    public SevenBitRefusal? NoSevenBit { get; init; }

    /// <summary>Header fields or addresses beyond ASCII: needs SMTPUTF8 (RFC 6531 §3.4).</summary>
    public bool SmtpUtf8 { get; init; }

    /// <summary>Only over authenticated TLS, to servers that promise the same (RFC 8689 §4.2.1).</summary>
    public bool RequireTls { get; init; }

    /// <summary>ENVID, decoded, printable ASCII (RFC 3461 §4.4).</summary>
    public string? EnvelopeId { get; init; }

    /// <summary>RET: <c>FULL</c> or <c>HDRS</c> (RFC 3461 §4.3).</summary>
    public string? Return { get; init; }

    public SmtpDeliverBy? DeliverBy { get; init; }

    /// <summary>MT-PRIORITY, -9 to 9 (RFC 6710 §3); left out where it is not offered.</summary>
    public int? Priority { get; init; }
}
