using System.Text;
using Cloud.Api.Gateway;
using Cloud.Mail;
using Cloud.Mail.Encodings;

namespace Cloud.Listener.Smtp.Commands;

/// <summary>RCPT TO: adds one recipient (RFC 5321 §4.1.1.3). Whether it may is the gateway's to say.</summary>
/// <param name="To">Null for Postmaster without a domain.</param>
/// <param name="Notify">Upper case; null when not given.</param>
sealed record Rcpt(EmailAddress? To, string? Notify, string? OriginalRecipient) : ISmtpCommand
{
    public static ISmtpCommand Parse(ref SmtpReader args)
    {
        args.ExpectLiteral("TO:"u8);
        var rcpt = new Rcpt(args.ExpectForwardPath(), null, null);
        foreach (var (name, value) in args.ExpectParameters())
        {
            rcpt = name.ToUpperInvariant() switch
            {
                "NOTIFY" => rcpt with { Notify = Conditions(value) },
                "ORCPT" => rcpt with { OriginalRecipient = Original(value) },
                _ => throw new ProtocolException(Replies.UnknownParameter),
            };
        }
        return rcpt;
    }

    public async ValueTask<Reply> RunAsync(SmtpSession session, CancellationToken cancel)
    {
        var transaction = session.Transaction!;
        if (transaction.Recipients.Count >= session.Options.MaxRecipients)
            return Replies.TooManyRecipients; // RFC 5321 §4.5.3.1.10
        var to = To ?? new EmailAddress("postmaster", session.Options.PostmasterDomain ?? session.Options.Hostname);
        if (!to.IsAscii && !transaction.Options.SmtpUtf8)
            return Replies.NeedsSmtpUtf8; // RFC 6531 §3.5
        if (Measure.OfRecipient(session) is { } tooFast)
            return tooFast;

        var reply = await CheckAsync(session, transaction, to, cancel);
        if (reply.Code >= 400)
            SmtpLog.RecipientRefused(session.Logger, transaction.Id, session.Connection.Remote.Address, reply);
        else
            transaction.Recipients.Add(new Recipient(to, Notify, OriginalRecipient));
        return reply;
    }

    static async ValueTask<Reply> CheckAsync(
        SmtpSession session,
        MailTransaction transaction,
        EmailAddress to,
        CancellationToken cancel
    )
    {
        var request = new CheckRecipientRequest(
            transaction.From,
            to,
            session.User,
            transaction.DeclaredSize,
            session.Connection.Remote.Address,
            transaction.Check is { } check ? await check.GreylistAsync() : null
        )
        {
            Transaction = transaction.Id,
        };
        return await session.Gateway.CheckRecipientAsync(request, cancel) switch
        {
            RecipientVerdict.Ok => Measure.OfMailbox(session, to) ?? Replies.RecipientOk,
            RecipientVerdict.NoSuchUser => Replies.NoSuchUser,
            RecipientVerdict.SenderNotAllowed => Replies.SenderNotAllowed,
            RecipientVerdict.NotQualified => Replies.NotQualified,
            RecipientVerdict.Greylisted => Replies.Greylisted,
            RecipientVerdict.BadReturnPath => Replies.BadReturnPath,
            RecipientVerdict.ReportsOnly => Replies.ReportsOnly,
            RecipientVerdict.TooManyReports => Replies.TooManyReports,
            RecipientVerdict.OverQuota => Replies.MailboxFull,
            RecipientVerdict.OverSendLimit => Replies.SentEnough,
            _ => Replies.NotLocal,
        };
    }

    /// <summary>NEVER, or a list of SUCCESS, FAILURE and DELAY (RFC 3461 §4.1).</summary>
    static string Conditions(string value)
    {
        var conditions = value.ToUpperInvariant();
        var list = conditions.Split(',');
        var good =
            conditions == "NEVER"
            || (list.All(one => one is "SUCCESS" or "FAILURE" or "DELAY") && list.Distinct().Count() == list.Length);
        return good ? conditions : throw new ProtocolException(Replies.BadParameter);
    }

    /// <summary><c>addr-type ";" xtext</c> (RFC 3461 §4.2); beyond ASCII only as type utf-8 (RFC 6533 §3).</summary>
    static string Original(string value)
    {
        var semicolon = value.IndexOf(';', StringComparison.Ordinal);
        if (semicolon <= 0 || value.Length > SmtpLimits.OriginalRecipient)
            throw new ProtocolException(Replies.BadParameter);
        var type = value[..semicolon];
        var isUtf8 = type.Equals("utf-8", StringComparison.OrdinalIgnoreCase);
        if (!type.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            throw new ProtocolException(Replies.BadParameter);

        var address = value[(semicolon + 1)..];
        var decoded = isUtf8 && !Ascii.IsValid(address) ? address : Xtext.TryDecode(Encoding.UTF8.GetBytes(address));
        return decoded is { Length: > 0 } && (isUtf8 || Ascii.IsValid(decoded))
            ? $"{type};{decoded}"
            : throw new ProtocolException(Replies.BadParameter);
    }
}
