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
    /// <returns>False where nobody is known who could be told: `cloud hook show` tells it in any case.</returns>
    /// <exception cref="StoreException">It may not have been told; it is one message however often it is told.</exception>
    public async ValueTask<bool> TellAsync(HookRow row, HookDelivery tried, CancellationToken cancel)
    {
        if (await OwnerOfAsync(row.Hook, tried.Event, cancel) is not { } owner)
            return false;
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
            return await FileAsync(id, owner, written, cancel);
        await outbox.AcceptAsync(ToSubmission(id, owner, written, since), cancel);
        return true;
    }

    /// <summary>Who is named, else a postmaster of whose subscription it is: never of another's, whose mail it was about.</summary>
    async ValueTask<EmailAddress?> OwnerOfAsync(Hook hook, MailEvent told, CancellationToken cancel)
    {
        if ((hook.Owner ?? hook.Mailbox) is { } text)
            return EmailAddress.TryParse(text);
        var tenant = hook.Tenant ?? "";
        foreach (var domain in new[] { hook.Domain, told.Domain })
        {
            if (domain is { Length: > 0 } && await IsOfAsync(domain, tenant, cancel))
                return PostmasterOf(domain);
        }
        await foreach (var row in directory.ListAsync(DirectoryRows.Domains, cancel))
        {
            if (DirectoryRows.TenantOf(row.Data) == tenant)
                return PostmasterOf(row.Key.Row[DirectoryRows.Domain("").Length..]);
        }
        return null;
    }

    async ValueTask<bool> IsOfAsync(string domain, string tenant, CancellationToken cancel) =>
        await directory.HasDomainAsync(domain, cancel) && await directory.TenantOfAsync(domain, cancel) == tenant;

    static EmailAddress PostmasterOf(string domain) => new("postmaster", domain);

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

    /// <returns>False where there is no such mailbox.</returns>
    async ValueTask<bool> FileAsync(
        TransactionId id,
        EmailAddress owner,
        WrittenMessage written,
        CancellationToken cancel
    )
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
        return result.Status == ReceivingStatus.Accepted;
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
