using Cloud.Api.Gateway;
using Cloud.Flow.Door;
using Cloud.Flow.Outbound;
using Cloud.Mail;
using Cloud.Store;

namespace Cloud.Listener.Smtp;

/// <summary>From MAIL to the reply that ends the transaction (RFC 5321 §3.3).</summary>
sealed record MailTransaction(EmailAddress? From)
{
    /// <summary>The message's trace id, known before there is a message: what is refused on the way to it bears it, too.</summary>
    public TransactionId Id { get; init; }

    /// <summary>SIZE, octets; 0 when not given.</summary>
    public long DeclaredSize { get; init; }

    /// <summary>What else MAIL asked for.</summary>
    public SendOptions Options { get; init; } = SendOptions.None;

    /// <summary>FUTURERELEASE: not sent before; null for at once.</summary>
    public DateTimeOffset? HoldUntil { get; init; }

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
        new(
            From,
            Recipients,
            Options.Ret,
            Options.EnvelopeId,
            Options.SmtpUtf8,
            EightBit: Options.Body != BodyType.SevenBit
        )
        {
            IsBinary = Options.Body == BodyType.Binary,
        };
}
