using System.Globalization;
using Cloud.Flow.Outbound;
using Cloud.Flow.Submission;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;

namespace Cloud.Flow.Hooks;

/// <summary>Tells what becomes of mail that users of ours send.</summary>
sealed class OutboundEvents(EventFeed feed, TimeProvider time)
{
    /// <summary>Between the last tries to tell; all together take some seconds.</summary>
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);

    /// <summary>A message is taken to be sent: told before it is, so that none is sent without.</summary>
    /// <param name="domain">Of its sender.</param>
    /// <exception cref="StoreException">It may not have been told.</exception>
    public async ValueTask TellSentAsync(SubmitRequest message, string domain, CancellationToken cancel)
    {
        if (!await feed.MayWantAsync(MailEventKind.Sent, domain, cancel))
            return;
        var (id, sender) = (message.Transaction, message.From ?? message.Content.Authors[0]);
        var told = new MailEvent(IdOf(id, MailEventKind.Sent, ""), MailEventKind.Sent, Milliseconds(id.At), domain)
        {
            Transaction = $"{id}",
            Account = message.Sender.Value,
            Address = sender.Key,
            From = message.From?.ToString(),
            Author = $"{message.Content.Authors[0]}",
            To = [.. message.Recipients.Take(MailEvent.MaxAddresses).Select(to => $"{to.Address}")],
            Recipients = message.Recipients.Count,
            Tags = message.Labels?.Tags,
            Metadata = message.Labels?.Metadata,
            Subject = MailEvent.Cut(message.Content.Subject),
            MessageId = MailEvent.Cut(message.Content.MessageId),
            Size = message.Message.Size,
        };
        await feed.TellAsync(told, cancel);
    }

    /// <summary>Whether somebody wants to hear when a message is delivered: then even one for us goes through the outbox.</summary>
    public ValueTask<bool> IsFollowedAsync(string domain, CancellationToken cancel) =>
        feed.MayWantAsync(MailEventKind.Delivered, domain, cancel);

    /// <summary>What an attempt came to, before it is recorded.</summary>
    /// <remarks>
    /// A mail that was sent must not be sent again because this could not be told: so it is tried for some seconds, and then
    /// given up.
    /// </remarks>
    /// <returns>Events that were lost.</returns>
    public async ValueTask<int> TellAsync(Outbound.Submission message, IReadOnlyList<RecipientRow> rows)
    {
        if (message.Account is null || message.IsForwarded || DomainOf(message) is not { } domain)
            return 0;
        var lost = 0;
        foreach (var row in rows)
            lost += await TryTellAsync(message, domain, row) ? 0 : 1;
        return lost;
    }

    /// <summary>A recipient has called a message spam.</summary>
    public async ValueTask TellComplaintAsync(
        Outbound.Submission message,
        RecipientRow row,
        string reason,
        CancellationToken cancel
    )
    {
        if (DomainOf(message) is not { } domain)
            return;
        await feed.TellAsync(
            OfRecipient(message, domain, row, MailEventKind.Complained) with
            {
                Reply = reason,
            },
            cancel
        );
    }

    /// <summary>A report says that a message did not reach a recipient after all.</summary>
    public async ValueTask TellBounceAsync(Outbound.Submission message, RecipientRow row, CancellationToken cancel)
    {
        if (DomainOf(message) is { } domain)
            await feed.TellAsync(OfRecipient(message, domain, row, MailEventKind.Bounced), cancel);
    }

    async ValueTask<bool> TryTellAsync(Outbound.Submission message, string domain, RecipientRow row)
    {
        for (var pause = TimeSpan.FromMilliseconds(250); ; pause *= 2)
        {
            try
            {
                if (KindOf(row) is { } kind && await feed.MayWantAsync(kind, domain, CancellationToken.None))
                    await feed.TellAsync(OfRecipient(message, domain, row, kind), CancellationToken.None);
                return true;
            }
            catch (StoreException) when (pause < LongestPause)
            {
                await Task.Delay(pause, time, CancellationToken.None);
            }
            catch (StoreException)
            {
                return false;
            }
        }
    }

    static MailEventKind? KindOf(RecipientRow row) =>
        row.State switch
        {
            RecipientState.Delivered or RecipientState.Sent or RecipientState.Relayed => MailEventKind.Delivered,
            RecipientState.Failed => MailEventKind.Bounced,
            RecipientState.Waiting when row.LastAttempt is not null => MailEventKind.Deferred,
            _ => null,
        };

    MailEvent OfRecipient(Outbound.Submission message, string domain, RecipientRow row, MailEventKind kind)
    {
        var attempt = kind == MailEventKind.Deferred ? row.Attempts.ToString(CultureInfo.InvariantCulture) : "";
        var id = IdOf(message.Id, kind, $"{row.Address} {attempt}");
        return new(id, kind, Milliseconds(time.GetUtcNow()), domain)
        {
            Transaction = $"{message.Id}",
            Account = message.Account?.Value,
            Address = message.From?.Key,
            From = message.From?.ToString(),
            Author = message.From?.ToString(),
            To = [row.Address],
            Recipients = 1,
            Tags = message.Labels?.Tags,
            Metadata = message.Labels?.Metadata,
            Subject = MailEvent.Cut(message.Subject),
            MessageId = MailEvent.Cut(message.MessageId),
            Size = message.Size,
            Status = row.Status,
            Reply = MailEvent.Cut(row.Reply),
            Host = row.Host,
            BySmarthost = row.BySmarthost,
            Attempt = row.Attempts,
            Next = kind == MailEventKind.Deferred ? Milliseconds(row.Next) : null,
        };
    }

    /// <summary>It begins with the message's time: the same again when it is told again.</summary>
    static string IdOf(TransactionId message, MailEventKind kind, string what) =>
        $"{DerivedId.Of(message, message.At, $"event {kind} {what}")}";

    static long Milliseconds(DateTimeOffset at) => at.ToUnixTimeMilliseconds();

    static string? DomainOf(Outbound.Submission message) =>
        message.From is { } from ? EmailAddress.CanonicalDomain(from.Domain) : message.SigningDomain;
}
