using System.Globalization;
using Cloud.Flow.Inbound;
using Cloud.Flow.Outbound;
using Cloud.Mail;
using Cloud.Mail.Compose;
using Cloud.Store;
using Cloud.Store.Directory;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Flow.Hooks;

/// <summary>Tells by mail whoever owns a subscription that its endpoint fails.</summary>
sealed class OwnerNotice(MailDirectory directory, Receiving receiving, Outbox outbox, IBlobs blobs, string hostName)
{
    /// <summary>Nobody is told where nobody is known: `cloud hook show` tells it in any case.</summary>
    /// <exception cref="StoreException">It may not have been told; it is one message however often it is told.</exception>
    public async ValueTask TellAsync(HookRow row, HookDelivery tried, CancellationToken cancel)
    {
        if (OwnerOf(row.Hook, tried.Event) is not { } owner)
            return;
        var since = row.Endpoint.Since ?? tried.Event.Number.At;
        var source = TransactionId.TryParse($"{0:x11}{row.Hook.Id[3..]}") ?? default;
        var id = DerivedId.Of(source, since, "webhook fails");
        var domain = EmailAddress.CanonicalDomain(owner.Domain);
        var isOurs = await directory.HasDomainAsync(domain, cancel);
        var octets = await MessageComposer.ToBytesAsync(
            MessageOf(row, tried, owner, id, since, isOurs ? domain : hostName),
            new ComposeOptions(HeaderForm.Ascii, EightBit: true),
            cancel
        );
        using var content = new MemoryStream(octets, writable: false);
        var written = await MessageWriting.WriteAsync(blobs, BlobNames.Of(id), content, cancel);
        if (isOurs)
            await FileAsync(id, owner, written, cancel);
        else
            await outbox.AcceptAsync(ToSubmission(id, owner, written, since), cancel);
    }

    static EmailAddress? OwnerOf(Hook hook, MailEvent told)
    {
        var text = hook.Owner ?? hook.Mailbox;
        var domain = hook.Domain ?? (told.Domain.Length > 0 ? told.Domain : null);
        text ??= domain is null ? null : $"postmaster@{domain}";
        return text is null ? null : EmailAddress.TryParse(text);
    }

    static OutgoingMessage MessageOf(
        HookRow row,
        HookDelivery tried,
        EmailAddress owner,
        TransactionId id,
        DateTimeOffset since,
        string ours
    )
    {
        var (hook, last) = (row.Hook, tried.Attempts.Count > 0 ? tried.Attempts[^1] : null);
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            The webhook {hook.Id} does not take what it asked for.

            Endpoint: {new Uri(hook.Url).Host}
            Failing since: {since:u}
            Last answer: {last?.Fault ?? "none"}
            {(
                hook.Disabled is { } why
                    ? $"It is switched off: {why}."
                    : "It is tried further; what is given up is kept for 30 days."
            )}

            To see what happened:      cloud hook deliveries {hook.Id}
            To send again what failed: cloud hook replay {hook.Id} --state dead
            """
        );
        return new()
        {
            Date = since,
            From = [new(new EmailAddress("postmaster", ours), "Webhooks")],
            To = [new(owner)],
            Subject = $"The webhook {hook.Id} fails",
            MessageId = OutgoingMessage.NewMessageId(DerivedId.Seed(id), ours),
            Fields = [new RawField("Auto-Submitted", "auto-generated")],
            Body = MessageBody.Of(text),
            Seed = DerivedId.Seed(id),
        };
    }

    async ValueTask FileAsync(TransactionId id, EmailAddress owner, WrittenMessage written, CancellationToken cancel)
    {
        var result = await receiving.ReceiveAsync(
            id,
            Origin.Nobody,
            [new(owner, "NEVER")],
            new(written.Blob, written.Size, written.Sha256, written.Index),
            evidence: null,
            repeated: true,
            cancel
        );
        if (result.Status == ReceivingStatus.Failed)
            throw new StoreException("A notice of a webhook could not be filed");
        if (!result.KeepsSource)
            await BlobWaste.RemoveAsync(blobs, written.Blob);
    }

    static Outbound.Submission ToSubmission(
        TransactionId id,
        EmailAddress owner,
        WrittenMessage written,
        DateTimeOffset at
    ) =>
        new()
        {
            Id = id,
            From = null,
            Recipients = [new(owner, "NEVER")],
            Blob = written.Blob,
            Size = written.Size,
            Sha256 = written.Sha256,
            Accepted = at,
            Subject = "A webhook fails",
        };
}
