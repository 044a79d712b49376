using System.Text;
using Cloud.Flow.Inbound;
using Cloud.Mail;
using Cloud.Mail.Reports;
using Cloud.Store;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound.Forwarding;

/// <summary>Learns from what comes back to a recipient's own reverse path that the recipient does not exist.</summary>
/// <remarks>
/// Anybody can write such a report. So it counts only if it has our Received field of a message that we sent to that
/// recipient for that account: its id is drawn, and nobody knows it but who got the message. The path's tag, which goes with
/// the id, nobody knows but that recipient: of a list, one cannot write for another.
/// </remarks>
sealed class VerpBounces(OutboxStore store, Suppression suppression, IBlobs blobs, ReturnPaths returns)
{
    /// <summary>Octets of a report that are read.</summary>
    const int MaxReport = 256 * 1024;

    /// <summary>Ids in it that are looked up, each a read.</summary>
    const int MaxIds = 5;

    /// <summary>Looks at a message that was filed just now; for all others it costs nothing.</summary>
    /// <remarks>Nothing is thrown: the message is filed in any case.</remarks>
    public async ValueTask LearnAsync(InboundMail mail, Delivery delivery, CancellationToken cancel)
    {
        if (mail.Origin is not { From: null } || delivery.To is not { } text)
            return;
        if (EmailAddress.TryParse(text) is not { } path || Verp.RecipientOf(path) is not { } recipient)
            return;
        try
        {
            var octets = await ReadAsync(delivery.Blob, cancel);
            if (FailureOf(octets, mail, recipient) is not { } failure)
                return;
            foreach (var id in IdsOf(octets))
            {
                if (!await returns.IsTagAsync(Verp.TagOf(path), id, recipient, cancel))
                    continue;
                if (await IsOursAsync(id, delivery.Account, recipient, cancel) is not { } message)
                    continue;
                var row = new RecipientRow(0, $"{recipient}", recipient.Domain)
                {
                    Reply = failure.DiagnosticCode?.Text ?? failure.Status,
                };
                await suppression.TryAddBounceAsync(message, row);
                return;
            }
        }
        catch (StoreException)
        {
            return; // the next message to that recipient finds out again
        }
    }

    async ValueTask<byte[]> ReadAsync(string blob, CancellationToken cancel)
    {
        await using var stream = await blobs.OpenAsync(blob, 0, MaxReport, cancel);
        if (stream is null)
            return [];
        using var octets = new MemoryStream();
        await stream.CopyToAsync(octets, cancel);
        return octets.ToArray();
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

    /// <summary>Whatever could be a message's id: hexadecimal digits between others.</summary>
    static List<TransactionId> IdsOf(byte[] octets)
    {
        const int length = 27;
        var ids = new List<TransactionId>();
        var text = Encoding.Latin1.GetString(octets);
        for (var at = 0; ids.Count < MaxIds && (at = text.IndexOf(" id ", at, StringComparison.Ordinal)) >= 0; )
        {
            at += 4;
            var isOne = at + length < text.Length && !char.IsAsciiHexDigit(text[at + length]);
            if (isOne && TransactionId.TryParse(text.AsSpan(at, length)) is { } id && !ids.Contains(id))
                ids.Add(id);
        }
        return ids;
    }

    /// <returns>Null where it is no message of that account to that recipient, under such paths.</returns>
    async ValueTask<Submission?> IsOursAsync(
        TransactionId id,
        string account,
        EmailAddress recipient,
        CancellationToken cancel
    )
    {
        if (await store.ReadAllAsync(id, cancel) is not { } entry)
            return null;
        var message = SubmissionCodec.Unpack(id, entry.Message, entry.Recipients);
        return
            message.Options.Verp
            && message.Account?.Value == account
            && message.Recipients.Any(to => to.Address.Key == recipient.Key)
            ? message
            : null;
    }
}
