using Cloud.Api.Gateway;
using Cloud.Flow.Door;
using Cloud.Mail;

namespace Cloud.Listener.Smtp;

enum BodyType
{
    SevenBit,
    EightBitMime,
    BinaryMime,
}

/// <summary>From MAIL to the reply that ends the transaction (RFC 5321 §3.3).</summary>
/// <param name="DeclaredSize">SIZE, octets; 0 when not given.</param>
sealed record MailTransaction(
    EmailAddress? From,
    long DeclaredSize,
    BodyType Body,
    bool SmtpUtf8,
    string? Ret,
    string? EnvelopeId
)
{
    public List<Recipient> Recipients { get; } = [];

    /// <summary>Set from the first BDAT on.</summary>
    public MessageIntake? Intake { get; set; }

    /// <summary>What is found out about the message; null where nobody asks.</summary>
    public MessageCheck? Check { get; init; }

    public SmtpState State =>
        Intake is not null ? SmtpState.InChunks
        : Recipients.Count > 0 ? SmtpState.HasRecipient
        : SmtpState.InMail;

    public MailEnvelope Envelope =>
        new(From, Recipients, Ret, EnvelopeId, SmtpUtf8, EightBit: Body != BodyType.SevenBit);
}
