using System.Text;
using Cloud.Mail;
using Cloud.Mail.Encodings;

namespace Cloud.Listener.Smtp.Commands;

/// <summary>MAIL FROM: begins a transaction (RFC 5321 §4.1.1.2).</summary>
/// <param name="HasAuth">AUTH= was given (RFC 4954 §5). No peer here is trusted to speak for others: it is not used.</param>
sealed record Mail(MailTransaction Transaction, bool HasAuth) : ISmtpCommand
{
    public static ISmtpCommand Parse(ref SmtpReader args)
    {
        args.ExpectLiteral("FROM:"u8);
        var from = args.ExpectReversePath();
        var transaction = new MailTransaction(from, 0, BodyType.SevenBit, SmtpUtf8: false, null, null);
        var hasAuth = false;
        foreach (var (name, value) in args.ExpectParameters())
        {
            switch (name.ToUpperInvariant())
            {
                case "SIZE": // RFC 1870 §3
                    transaction = transaction with { DeclaredSize = Size(value) };
                    break;
                case "BODY": // RFC 6152 §2, RFC 3030 §3
                    transaction = transaction with { Body = Body(value) };
                    break;
                case "SMTPUTF8" when value.Length == 0: // RFC 6531 §3.4
                    transaction = transaction with { SmtpUtf8 = true };
                    break;
                case "RET": // RFC 3461 §4.3
                    transaction = transaction with { Ret = Ret(value) };
                    break;
                case "ENVID": // RFC 3461 §4.4
                    transaction = transaction with { EnvelopeId = EnvelopeId(value) };
                    break;
                case "AUTH":
                    hasAuth = value == "<>" || Xtext.TryDecode(Encoding.UTF8.GetBytes(value)) is { Length: > 0 };
                    if (!hasAuth)
                        throw new ProtocolException(Replies.BadParameter);
                    break;
                case "SMTPUTF8":
                    throw new ProtocolException(Replies.BadParameter);
                default:
                    throw new ProtocolException(Replies.UnknownParameter);
            }
        }
        return new Mail(transaction, hasAuth);
    }

    public ValueTask<Reply> RunAsync(SmtpSession session, CancellationToken cancel) => new(Run(session));

    Reply Run(SmtpSession session)
    {
        if (HasAuth && !session.OffersAuthentication)
            return Replies.UnknownParameter;
        if (Transaction.DeclaredSize > session.Options.MaxMessageSize)
            return Replies.TooLarge;
        if (Transaction.From is { IsAscii: false } && !Transaction.SmtpUtf8)
            return Replies.NeedsSmtpUtf8; // RFC 6531 §3.5
        if (Measure.OfMessage(session, Transaction.From) is { } tooFast)
            return tooFast;
        session.BeginTransaction(Transaction);
        return Replies.SenderOk;
    }

    static long Size(string value) =>
        SmtpReader.TrySize(Encoding.UTF8.GetBytes(value)) ?? throw new ProtocolException(Replies.BadParameter);

    static BodyType Body(string value) =>
        value.ToUpperInvariant() switch
        {
            "7BIT" => BodyType.SevenBit,
            "8BITMIME" => BodyType.EightBitMime,
            "BINARYMIME" => BodyType.BinaryMime,
            _ => throw new ProtocolException(Replies.BadParameter),
        };

    static string Ret(string value) =>
        value.ToUpperInvariant() is "FULL" or "HDRS"
            ? value.ToUpperInvariant()
            : throw new ProtocolException(Replies.BadParameter);

    static string EnvelopeId(string value) =>
        value.Length is > 0 and <= SmtpLimits.EnvelopeId
        && Xtext.TryDecode(Encoding.UTF8.GetBytes(value)) is { } decoded
        && Ascii.IsValid(decoded)
            ? decoded
            : throw new ProtocolException(Replies.BadParameter);
}
