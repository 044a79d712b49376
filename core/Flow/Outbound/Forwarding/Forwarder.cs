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
        var origin = mail.Origin ?? Origin.Nobody;
        if (
            delivery is not { Forward: { } forward, To: { } text }
            || EmailAddress.TryParse(text) is not { } to
            || await expansion.FindAsync(to, cancel) is not { } leads
            || !leads.Takes(origin.Sender)
        )
            return false;
        var targets = forward.Targets is { } some
            ? [.. leads.Outside.Where(target => some.Contains($"{target}"))]
            : leads.Outside;
        if (targets.Count == 0)
            return false;
        var domain = EmailAddress.CanonicalDomain(to.Domain);
        var from = await returns.RewriteAsync(origin.Sender, domain, cancel);
        var found = FoundOf(mail);
        var index = mail.Index.Length > 0 ? MessageIndex.Unpack(mail.Index) : null;
        await outbox.AcceptAsync(
            new()
            {
                Id = IdOf(delivery),
                From = from,
                Recipients = [.. targets.Select(target => RecipientOf(target, to, forward))],
                Blob = delivery.Blob,
                Start = forward.Start,
                Size = mail.Size - forward.Start,
                Sha256 = mail.Sha256,
                Fields = Encoding.UTF8.GetBytes($"{found}Delivered-To: {to}\r\n"),
                BodyHash = origin.BodyHash ?? [],
                SigningDomain = origin.SigningDomain,
                SealingDomain = found.Length > 0 && origin.SigningDomain is null ? domain : null,
                Accepted = DateTimeOffset.FromUnixTimeSeconds(mail.Received),
                Options = new()
                {
                    Ret = origin.Ret,
                    EnvelopeId = origin.EnvelopeId,
                    Body = origin.EightBit ? BodyType.EightBit : BodyType.SevenBit,
                    SmtpUtf8 =
                        (origin.SmtpUtf8 && forward.IsGlobal)
                        || from is { IsAscii: false }
                        || targets.Any(target => !target.IsAscii),
                },
                Subject = index?.Subject,
                MessageId = index?.MessageId is { IsNilOrEmpty: false } id ? id.ToString() : null,
            },
            cancel
        );
        return true;
    }

    static TransactionId IdOf(Delivery delivery) =>
        BlobNames.TryParse(delivery.Blob)?.Transaction
        ?? throw new ArgumentException("The blob has no name of a message", nameof(delivery));

    /// <summary>RFC 3461 §5.2.1: what the sender wants to hear goes on; reports name the address that he knows.</summary>
    static OutboundRecipient RecipientOf(EmailAddress target, EmailAddress to, Forward forward) =>
        new(target, forward.Notify, forward.Original ?? (to.IsAscii ? $"rfc822;{to}" : $"utf-8;{to}"));

    /// <summary>What we found out; nothing where it is too long. In front of the message with whose mail it is (RFC 9228).</summary>
    static string FoundOf(InboundMail mail)
    {
        const int most = Submission.MaxFields - 2 * EmailAddress.MaxLength;
        var found = mail.Evidence is { Fields: var fields } && Judging.AreWhole(fields) ? fields : "";
        return Encoding.UTF8.GetByteCount(found) <= most ? found : "";
    }
}
