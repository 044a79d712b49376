using System.Text;
using Cloud.Flow.Hooks;
using Cloud.Flow.Inbound;
using Cloud.Flow.Outbound;
using Cloud.Flow.Outbound.Forwarding;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Correspondents;
using Cloud.Store.Directory;
using Cloud.Store.Ports;

namespace Cloud.Flow.Submission;

/// <param name="KeepsSource">Somebody owns the uploaded blob now, or may own it.</param>
readonly record struct SubmittingResult(SubmitResult Result, bool KeepsSource);

/// <summary>Takes messages that accounts want sent.</summary>
/// <remarks>
/// Steps: 1. whether the account may send in these names, to these recipients, so much; 2. the bytes of the sender's
/// copy, and those are told who want to hear of what is sent; 3. the message goes into our accounts, if that is where all its recipients are, and else to the outbox, which
/// has it durably; 4. the sender's copy goes to Sent; 5. who was written to may answer. Any step may be repeated, and from
/// step 3 on the message is kept.
/// </remarks>
sealed class Submitting(
    MailDirectory directory,
    Expansion expansion,
    SenderRights rights,
    SendLimits limits,
    SentCopy copies,
    Receiving receiving,
    Outbox outbox,
    KnownSenders known,
    OutboundEvents events,
    TimeProvider time
)
{
    /// <summary>Told before the message is: see <see cref="SendLimits.IsKnownOver"/>.</summary>
    public bool IsKnownOver(AccountId account) => limits.IsKnownOver(account);

    /// <param name="repeated">The transaction was tried before, and may have got somewhere.</param>
    public async ValueTask<SubmittingResult> SubmitAsync(SubmitRequest request, bool repeated, CancellationToken cancel)
    {
        // Step 1
        var (refusal, isLocal) = await CheckAsync(request, cancel);
        var author = request.Content.Authors[0];
        var count = request.Recipients.Count;
        if (refusal is null && !repeated)
            refusal = await limits.TakeAsync(request.Sender, author, count, cancel);
        if (refusal is not null)
            return new(refusal, KeepsSource: repeated);

        InboundMail? copy = null;
        SubmittingResult result;
        try
        {
            var (isCopyWanted, usesVerp) = await copies.SettingsAsync(request.Sender, cancel);
            if (isCopyWanted)
                copy = await copies.PrepareAsync(request, cancel); // step 2
            await events.TellSentAsync(request, DomainOf(request), cancel);
            result = isLocal
                ? await DeliverAsync(request, repeated, cancel)
                : await SendAsync(request, usesVerp, cancel); // step 3
        }
        catch (StoreException) when (!repeated)
        {
            await limits.GiveBackAsync(request.Sender, author, count);
            throw;
        }

        if (result.Result.Status == SubmitStatus.Accepted)
        {
            if (copy is not null)
                await copies.KeepAsync(copy, repeated); // step 4
            var recipients = request.Recipients.Select(recipient => recipient.Address);
            await known.TryAddAsync(request.Sender, recipients, CancellationToken.None); // step 5
        }
        else if (!repeated)
        {
            await limits.GiveBackAsync(request.Sender, author, count);
            if (copy is not null)
                await copies.RemoveAsync(copy);
        }
        return result;
    }

    /// <returns>A refusal, or null; and whether the message need not leave this store, nor wait.</returns>
    async ValueTask<(SubmitResult? Refusal, bool IsLocal)> CheckAsync(SubmitRequest request, CancellationToken cancel)
    {
        if (request.Recipients.Count is 0 or > Outbound.Submission.MaxRecipients)
            return (Rejected("5.3", $"A message has 1 to {Outbound.Submission.MaxRecipients} recipients"), false);
        if (request.Content.Authors.Count == 0)
            return (Rejected(SubmissionFault.NoFrom.Code, SubmissionFault.NoFrom.Reason), false);
        if (await rights.ForeignAsync(request.Sender, request.From, request.Content, cancel) is { } foreign)
            return (Rejected("7.1", $"You may not send as {foreign}"), false);
        // Who wants to hear of success, or a later time, or to look it up, needs the outbox.
        var isLocal = request.Labels is null && (request.HoldUntil is null || request.HoldUntil <= time.GetUtcNow());
        foreach (var recipient in request.Recipients)
        {
            var leads = await expansion.FindAsync(recipient.Address, cancel);
            if (leads is not null && !leads.Takes(request.From))
                return (Rejected("1.1", $"No such user: {recipient.Address}"), false);
            if (leads is null && !SenderRights.IsQualified(recipient.Address))
                return (Rejected("1.2", $"No whole domain name: {recipient.Address.Domain}"), false);
            isLocal &= leads is not null && !WantsSuccess(recipient);
        }
        // So does who is told of it.
        isLocal = isLocal && !await events.IsFollowedAsync(DomainOf(request), cancel);
        return (null, isLocal);
    }

    /// <summary>All recipients are ours: one transaction for each account, and no queue.</summary>
    async ValueTask<SubmittingResult> DeliverAsync(SubmitRequest request, bool repeated, CancellationToken cancel)
    {
        var result = await receiving.ReceiveAsync(
            request.Transaction,
            await OriginOfAsync(request, cancel),
            request.Recipients,
            request.Message,
            evidence: null,
            repeated,
            cancel,
            Encoding.UTF8.GetBytes($"Return-Path: <{request.From}>\r\n"), // RFC 5321 §4.4
            session: request.Session
        );
        SubmitResult answer = result.Status switch
        {
            ReceivingStatus.Accepted => new(SubmitStatus.Accepted),
            ReceivingStatus.NoRecipient => Rejected("1.1", "No such user"),
            ReceivingStatus.Loops => Rejected("4.6", "The message goes round in circles"),
            _ => new(SubmitStatus.Deferred, "3.0", "The message cannot be kept now"),
        };
        return new(answer, result.KeepsSource);
    }

    async ValueTask<SubmittingResult> SendAsync(SubmitRequest request, bool usesVerp, CancellationToken cancel)
    {
        var (message, content, now) = (request.Message, request.Content, time.GetUtcNow());
        await outbox.AcceptAsync(
            new()
            {
                Id = request.Transaction,
                Account = request.Sender,
                From = request.From,
                Recipients = request.Recipients,
                Blob = message.Blob,
                Size = message.Size,
                Sha256 = message.Sha256,
                BodyHash = content.BodyHash,
                SigningDomain = await SigningDomainAsync(content, cancel),
                Accepted = now,
                HoldUntil = request.HoldUntil > now ? request.HoldUntil : null,
                Options = OptionsOf(request) with { Verp = usesVerp },
                Labels = request.Labels,
                Subject = content.Subject,
                MessageId = content.MessageId,
                Session = request.Session,
            },
            cancel
        );
        return new(new(SubmitStatus.Accepted), KeepsSource: true);
    }

    /// <summary>For those among the recipients whose mail is passed on.</summary>
    async ValueTask<Origin> OriginOfAsync(SubmitRequest request, CancellationToken cancel)
    {
        return Origin.Of(request.From) with
        {
            Options = OptionsOf(request),
            SigningDomain = await SigningDomainAsync(request.Content, cancel),
            BodyHash = request.Content.BodyHash.ToArray(),
        };
    }

    async ValueTask<string?> SigningDomainAsync(SubmittedContent content, CancellationToken cancel)
    {
        var domain = EmailAddress.CanonicalDomain(content.Authors[0].Domain);
        return await directory.HasDomainAsync(domain, cancel) ? domain : null;
    }

    static SendOptions OptionsOf(SubmitRequest request)
    {
        var (asked, content) = (request.Options, request.Content);
        // Many programs ask for SMTPUTF8 wherever it is offered; only what needs it is kept from servers without.
        var needsUtf8 =
            content.MayNeedUtf8
            || request.From is { IsAscii: false }
            || request.Recipients.Any(recipient => !recipient.Address.IsAscii);
        return asked with
        {
            SmtpUtf8 = asked.SmtpUtf8 && needsUtf8,
            Body = content.IsEightBit && asked.Body == BodyType.SevenBit ? BodyType.EightBit : asked.Body,
            TlsOptional = content.IsTlsOptional && !asked.RequireTls, // RFC 8689 §5
        };
    }

    static string DomainOf(SubmitRequest request) =>
        EmailAddress.CanonicalDomain((request.From ?? request.Content.Authors[0]).Domain);

    static bool WantsSuccess(OutboundRecipient recipient) =>
        recipient.Notify?.Contains("SUCCESS", StringComparison.OrdinalIgnoreCase) == true;

    static SubmitResult Rejected(string code, string reason) => new(SubmitStatus.Rejected, code, reason);
}
