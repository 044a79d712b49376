using Cloud.Flow.Hooks;
using Cloud.Flow.Inbound;
using Cloud.Mail;
using Cloud.Mail.Reports;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound.Returned;

/// <summary>Learns from feedback reports (RFC 5965) who does not want an account's mail.</summary>
/// <remarks>
/// They come to where providers are told to send them, or guess. One counts only if somebody answers for its author's
/// domain and it has a message back that we sent to that recipient for an account of ours; of what was only passed on
/// here, no account is the sender.
/// </remarks>
sealed class Complaints(ReturnedMail returned, Suppression suppression, OutboundEvents events)
{
    /// <summary>The local parts that reports come to: RFC 2142 §4, §5, and what feedback loops are registered with.</summary>
    static readonly string[] Mailboxes = ["postmaster", "abuse", "fbl"];

    /// <summary>Looks at a message that is filed; for all but reports it costs nothing, and to do it again changes nothing.</summary>
    /// <exception cref="StoreException">It is to be looked at again.</exception>
    public async ValueTask LearnAsync(InboundMail mail, Delivery delivery, CancellationToken cancel)
    {
        if (mail.Evidence is { IsAuthenticated: false } || mail.Index.Length == 0 || !IsForReports(delivery.To))
            return;
        var index = MessageIndex.Unpack(mail.Index);
        if (!ReportReader.MayHoldFeedback(index))
            return;
        var octets = await returned.ReadAsync(delivery.Blob, cancel);
        if (ReportReader.Read(octets, index)?.Feedback is not { IsComplaint: true } report)
            return;
        var sent = await returned.FindAsync(octets, one => RecipientsOf(one, report).Any(), cancel);
        if (sent is null)
            return;
        foreach (var row in RecipientsOf(sent, report))
        {
            var reason = $"{report.Type}, as {AuthorOf(index)} reports";
            await suppression.TryAddComplaintAsync(sent.Message, row, reason);
            await events.TellComplaintAsync(sent.Message, row, reason, cancel);
        }
    }

    static bool IsForReports(string? to) =>
        to is not null
        && EmailAddress.TryParse(to) is { } address
        && Mailboxes.Contains(address.WithoutDetail.Local, StringComparer.OrdinalIgnoreCase);

    /// <summary>Those that the report names, or the only one where it names none: many leave out who complained.</summary>
    static IEnumerable<RecipientRow> RecipientsOf(SentMail sent, FeedbackReport report)
    {
        if (sent.Message.Account is null)
            return [];
        var named =
            report.OriginalRecipients.Count > 0 ? report.OriginalRecipients.Select(sent.To).OfType<RecipientRow>()
            : sent.Recipients.Count == 1 ? sent.Recipients
            : [];
        return named.Where(row =>
            row.State is RecipientState.Delivered or RecipientState.Sent or RecipientState.Relayed
        );
    }

    static string AuthorOf(MessageIndex index)
    {
        var author = index.Envelope.From.FirstOrDefault(address => address.IsMailbox);
        return author.IsMailbox && EmailAddress.TryParse(author.Spec) is { } address ? $"{address}" : "somebody";
    }
}
