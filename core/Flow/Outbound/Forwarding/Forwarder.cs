using System.Text;
using Cloud.Flow.Inbound;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Messages;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound.Forwarding;

/// <summary>Passes received mail on to addresses elsewhere, by way of the outbox.</summary>
/// <remarks>
/// The message stays as it came, so that its author's signature holds; in front of it stand what we found out of it and
/// for whom it came. It is signed by us only where its author is ours. Failures go to its sender: by a reverse path that
/// leads back to him over us, since other servers would take us for a forger of his own (SPF).
/// </remarks>
sealed class Forwarder(Expansion expansion, ReturnPaths returns, Outbox outbox, OutboxStore store)
{
    /// <summary>The outbox' name of what is passed on for a recipient: never the message's own, whose bytes may be an account's.</summary>
    public static TransactionId IdOf(TransactionId message, EmailAddress recipient) =>
        DerivedId.Of(message, message.At, $"forward {recipient.Key}");

    /// <exception cref="StoreException">It cannot be told now.</exception>
    public async ValueTask<bool> IsAcceptedAsync(Delivery delivery, CancellationToken cancel) =>
        await store.FindAsync(IdOf(delivery), cancel) is not null;

    /// <summary>Hands it to the outbox; once more makes nothing twice.</summary>
    /// <returns>False where the address leads nowhere any more.</returns>
    /// <exception cref="StoreException">The outbox may have it.</exception>
    public async ValueTask<bool> AcceptAsync(InboundMail mail, Delivery delivery, CancellationToken cancel)
    {
        if (delivery is not { Forward: { } forward, To: { } text } || EmailAddress.TryParse(text) is not { } to)
            return false;
        var origin = mail.Origin ?? Origin.Nobody;
        if (forward.Refusal is not null)
        {
            await outbox.AcceptAsync(RefusedOf(mail, delivery, forward, origin, to), cancel);
            return true;
        }
        var targets = await TargetsAsync(forward, to, origin.Sender, cancel);
        if (targets.Count == 0)
            return false;
        var domain = EmailAddress.CanonicalDomain(to.Domain);
        // What the door has judged came from a stranger, who could name anybody of ours.
        var from = await returns.RewriteAsync(origin.Sender, domain, isTrusted: mail.Evidence is null, cancel);
        var found = FoundOf(mail, origin);
        var fields = $"{found}Delivered-To: {to}\r\n";
        var isGlobal = !Ascii.IsValid(fields);
        var body = origin.Options.Body;
        await outbox.AcceptAsync(
            Blank(mail, delivery, forward) with
            {
                From = from,
                Recipients = [.. targets.Select(target => RecipientOf(target, to, forward))],
                Fields = Encoding.UTF8.GetBytes(fields),
                BodyHash = origin.BodyHash ?? [],
                SigningDomain = origin.SigningDomain,
                SealingDomain = TellsResults(found) && origin.SigningDomain is null ? domain : null,
                Options = origin.Options with
                {
                    Verp = false,
                    Body = isGlobal && body == BodyType.SevenBit ? BodyType.EightBit : body,
                    SmtpUtf8 =
                        (origin.Options.SmtpUtf8 && forward.IsGlobal)
                        || isGlobal
                        || from is { IsAscii: false }
                        || targets.Any(target => !target.IsAscii),
                },
            },
            cancel
        );
        return true;
    }

    /// <summary>What it was found for; where that did not travel along, what the address leads to now.</summary>
    async ValueTask<IReadOnlyList<EmailAddress>> TargetsAsync(
        Forward forward,
        EmailAddress to,
        EmailAddress? from,
        CancellationToken cancel
    )
    {
        if (forward.Targets is { } some)
            return [.. some.Select(EmailAddress.TryParse).OfType<EmailAddress>()];
        return await expansion.FindAsync(to, cancel) is { } leads && leads.Takes(from) ? leads.Outside : [];
    }

    /// <summary>Nothing is sent of it but the notice to its sender, with the header alone: of spam he need not have more.</summary>
    static Submission RefusedOf(InboundMail mail, Delivery delivery, Forward forward, Origin origin, EmailAddress to) =>
        Blank(mail, delivery, forward) with
        {
            From = origin.Sender,
            Recipients = [new(to, forward.Notify, forward.Original)],
            Refusal = forward.Refusal,
            Options = new()
            {
                Ret = "HDRS",
                EnvelopeId = origin.Options.EnvelopeId,
                SmtpUtf8 = origin.Options.SmtpUtf8,
            },
        };

    static Submission Blank(InboundMail mail, Delivery delivery, Forward forward)
    {
        var index = mail.Index.Length > 0 ? MessageIndex.Unpack(mail.Index) : null;
        return new()
        {
            Id = IdOf(delivery),
            From = null,
            Recipients = [],
            Blob = delivery.Blob,
            Start = forward.Start,
            Size = mail.Size - forward.Start,
            Sha256 = mail.Sha256,
            Accepted = DateTimeOffset.FromUnixTimeSeconds(mail.Received),
            IsForwarded = true,
            Parent = TransactionId.TryParse(mail.Transaction),
            Subject = index?.Subject,
            MessageId = index?.MessageId is { IsNilOrEmpty: false } id ? id.ToString() : null,
        };
    }

    static TransactionId IdOf(Delivery delivery) =>
        BlobNames.TryParse(delivery.Blob)?.Transaction
        ?? throw new ArgumentException("The blob has no name of a message", nameof(delivery));

    /// <summary>RFC 3461 §5.2.1: what the sender wants to hear goes on; reports name the address that he knows.</summary>
    static OutboundRecipient RecipientOf(EmailAddress target, EmailAddress to, Forward forward) =>
        new(target, forward.Notify, forward.Original ?? (to.IsAscii ? $"rfc822;{to}" : $"utf-8;{to}"));

    /// <summary>Only what we found out ourselves is sealed: without a field of ours the one on top is somebody else's.</summary>
    static bool TellsResults(string found) =>
        found.Split("\r\n").Any(line => line.StartsWith("Authentication-Results:", StringComparison.OrdinalIgnoreCase));

    /// <summary>What we found out; nothing where it is too long. In front of the message with whose mail it is (RFC 9228).</summary>
    static string FoundOf(InboundMail mail, Origin origin)
    {
        const int most = Submission.MaxFields - 2 * EmailAddress.MaxLength;
        var found = mail.Evidence is { Fields: var fields } && Judging.AreWhole(fields) ? fields : "";
        // It must not keep the message from a server without SMTPUTF8 that could take it as it came.
        var isFit = origin.Options.SmtpUtf8 || Ascii.IsValid(found);
        return isFit && Encoding.UTF8.GetByteCount(found) <= most ? found : "";
    }
}
