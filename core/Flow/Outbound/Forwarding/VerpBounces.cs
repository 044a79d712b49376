using Cloud.Flow.Hooks;
using Cloud.Flow.Inbound;
using Cloud.Flow.Outbound.Returned;
using Cloud.Mail;
using Cloud.Mail.Reports;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound.Forwarding;

/// <summary>Learns from what comes back to a recipient's own reverse path that the recipient does not exist.</summary>
/// <remarks>
/// It counts only if it has a message back that we sent to that recipient for that account. The path's tag, which goes with
/// the message, nobody knows but that recipient: of a list, one cannot write for another.
/// </remarks>
sealed class VerpBounces(ReturnedMail returned, Suppression suppression, ReturnPaths returns, OutboundEvents events)
{
    /// <summary>Looks at a message that is filed; for all others it costs nothing, and to do it again changes nothing.</summary>
    /// <exception cref="StoreException">It is to be looked at again.</exception>
    public async ValueTask LearnAsync(InboundMail mail, Delivery delivery, CancellationToken cancel)
    {
        if (mail.Origin is not { From: null } || delivery.To is not { } text)
            return;
        if (EmailAddress.TryParse(text) is not { } path || Verp.RecipientOf(path) is not { } recipient)
            return;
        var octets = await returned.ReadAsync(delivery.Blob, cancel);
        if (FailureOf(octets, mail, recipient) is not { } failure)
            return;
        var sent = await returned.FindAsync(octets, one => IsMeant(one, delivery.Account, recipient), cancel);
        if (sent is null || !await returns.IsTagAsync(Verp.TagOf(path), sent.Message.Id, recipient, cancel))
            return;
        var row = new RecipientRow(0, $"{recipient}", recipient.Domain)
        {
            Reply = failure.DiagnosticCode?.Text ?? failure.Status,
            Status = failure.Status,
        };
        await suppression.TryAddBounceAsync(sent.Message, row);
        await events.TellBounceAsync(sent.Message, row, cancel);
    }

    /// <returns>What says that there is no such recipient; null where nothing does.</returns>
    static RecipientReport? FailureOf(byte[] octets, InboundMail mail, EmailAddress recipient)
    {
        if (octets.Length == 0 || mail.Index.Length == 0)
            return null;
        var report = ReportReader.Read(octets, MessageIndex.Unpack(mail.Index))?.Delivery;
        // One that names somebody else, behind the recipient's own forwarding, is about the recipient all the same.
        return report?.Recipients.FirstOrDefault(one =>
            one.Action == DeliveryAction.Failed
            && Suppression.IsBounce(one.Status)
            && (report.Recipients.Count == 1 || one.Address?.Key == recipient.Key)
        );
    }

    /// <summary>A message of that account to that recipient, under such paths.</summary>
    static bool IsMeant(SentMail sent, string account, EmailAddress recipient) =>
        sent.Message.Options.Verp && sent.Message.Account?.Value == account && sent.To(recipient) is not null;
}
