using Cloud.Wire.Sasl;

namespace Cloud.Listener.Smtp;

/// <summary>Lengths the protocol sets. Lines are in octets with their CRLF.</summary>
static class SmtpLimits
{
    /// <summary>A command line (RFC 5321 §4.5.3.1.4).</summary>
    public const int Line = 512;

    /// <summary>SIZE (RFC 1870 §3), BODY (RFC 3030 §3), SMTPUTF8 (RFC 6531 §3.1), AUTH (RFC 4954 §3), then RET=8 and
    /// ENVID=100 with a space before each (RFC 3461 §5.4); HOLDUNTIL (RFC 4865), BY (RFC 2852 §2), MT-PRIORITY
    /// (RFC 6710 §3), REQUIRETLS (RFC 8689 §2).</summary>
    public const int MailLine = Line + 26 + 16 + 10 + 500 + 5 + 8 + 7 + EnvelopeId + 34 + 17 + 15 + 11;

    /// <summary>ORCPT=500 and NOTIFY=28 with a space before each (RFC 3461 §5.4).</summary>
    public const int RecipientLine = Line + 7 + OriginalRecipient + 8 + 28;

    /// <summary>Octets of replies that may wait to be sent together: those to a hundred pipelined commands.</summary>
    public const int UnsentReplies = 8 * 1024;

    /// <summary>RFC 4954 §4.</summary>
    public const int AuthLine = SaslExchange.MaxLine;

    /// <summary>ENVID's value, characters (RFC 3461 §4.4).</summary>
    public const int EnvelopeId = 100;

    /// <summary>ORCPT's value, characters (RFC 3461 §4.2).</summary>
    public const int OriginalRecipient = 500;

    /// <summary>Digits of HOLDFOR and BY (RFC 4865, RFC 2852 §4).</summary>
    public const int SecondsDigits = 9;

    /// <summary>Digits of a size (RFC 1870 §3, RFC 3030 §2).</summary>
    public const int SizeDigits = 20;

    /// <summary>Octets of EHLO's argument (RFC 5321 §4.5.3.1.2).</summary>
    public const int Domain = 255;
}
