using System.Text.Json;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Directory;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Flow.Inbound;

/// <summary>Files what was accepted but could not be filed at once.</summary>
/// <remarks>The queue delivers at least once; filing is idempotent by transaction, so once too often does no harm.</remarks>
public sealed class InboundWorker
{
    public const string Queue = Filing.Queue;

    /// <summary>Messages that could not be filed, kept for the operator.</summary>
    public const string Poison = "inbound-poison";

    /// <summary>Tries of one message: with the waits between them, about a day.</summary>
    public const int MaxTries = 40;

    /// <summary>How long a received message is hidden: more than filing takes.</summary>
    static readonly TimeSpan Visibility = TimeSpan.FromMinutes(5);

    static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(30);

    readonly AccountStore accounts;
    readonly MailDirectory directory;
    readonly Filing filing;
    readonly IQueues queues;

    internal InboundWorker(AccountStore store, MailDirectory addresses, Filing work, IQueues source) =>
        (accounts, directory, filing, queues) = (store, addresses, work, source);

    /// <summary>Works until cancelled; looks less often while there is nothing to do or the store fails.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var pause = ShortestPause;
        while (!cancel.IsCancellationRequested)
        {
            var worked = await TryWorkAsync(cancel);
            pause = worked ? ShortestPause : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
            if (!worked)
                await Task.Delay(pause, accounts.Time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    async ValueTask<bool> TryWorkAsync(CancellationToken cancel)
    {
        try
        {
            return await WorkAsync(cancel) > 0;
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException)
        {
            return false; // the messages show again by themselves
        }
    }

    /// <summary>Takes what is visible on the queue and files it.</summary>
    /// <returns>Messages received.</returns>
    /// <exception cref="StoreException">The queue fails; nothing is lost.</exception>
    public async ValueTask<int> WorkAsync(CancellationToken cancel)
    {
        var messages = await queues.ReceiveAsync(Filing.Queue, QueueLimits.ReceiveMessages, Visibility, cancel);
        foreach (var message in messages)
        {
            if (message.DequeueCount > MaxTries) // Never got to its end: whatever it does, it is not to be done again.
                await queues.SendAsync(Poison, message.Body, TimeSpan.Zero, cancel);
            else
                await FileAsync(message.Body, cancel);
            await queues.DeleteAsync(Filing.Queue, message, cancel);
        }
        return messages.Count;
    }

    /// <summary>Files one message of the queue. What cannot be filed now is sent again, to be seen after a while.</summary>
    /// <remarks>
    /// So each return means that the message is done with, which is what the Functions host understands, too: it would
    /// try a failed one five times within minutes and then put it aside.
    /// </remarks>
    /// <exception cref="StoreException">The queue fails: the message must be kept and seen again.</exception>
    public async ValueTask FileAsync(ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        if (Parse(body) is not { } mail)
        {
            await queues.SendAsync(Poison, body, TimeSpan.Zero, cancel);
            return;
        }
        var again = mail with { Tries = mail.Tries + 1 };
        var whole = again;
        if (mail.Recipients is not null)
        {
            if (await AddressAsync(mail, cancel) is not { } addressed)
            {
                await TryLaterAsync(again, cancel);
                return;
            }
            // What an account was found for stays with it, whatever becomes of the address.
            (mail, again) = (addressed, addressed with { Tries = again.Tries });
        }
        var pending = mail.Deliveries;
        if (await WithIndexAsync(mail, cancel) is { } complete)
        {
            var result = await filing.FileAsync(complete, repeated: true, cancel);
            // In several messages the first account could delete the source before another has its copy.
            if (result.LacksCopies && mail.Deliveries.Count > InboundMail.QueuedDeliveries)
            {
                await TryLaterAsync(whole, cancel);
                return;
            }
            pending = [.. result.Pending];
            foreach (var delivery in result.Missing)
                await BlobWaste.RemoveAsync(accounts.Blobs, delivery.Blob);
        }
        // What is done is not to be done again: its user may have deleted it by then.
        if (pending.Count > 0)
            await TryLaterAsync(again with { Deliveries = pending }, cancel);
    }

    ValueTask TryLaterAsync(InboundMail mail, CancellationToken cancel) =>
        mail.Tries < MaxTries
            ? filing.QueueAsync(Filing.Queue, mail, Delay(mail.Tries), cancel)
            : filing.QueueAsync(Poison, mail, TimeSpan.Zero, cancel);

    /// <summary>Looks up the recipients of a message that was put here without.</summary>
    /// <returns>Null when the directory cannot be read now.</returns>
    async ValueTask<InboundMail?> AddressAsync(InboundMail mail, CancellationToken cancel)
    {
        try
        {
            var transaction = TransactionId.TryParse(mail.Transaction) ?? default;
            var deliveries = await Addressing.DeliveriesAsync(
                directory,
                transaction,
                mail.Source,
                mail.Recipients ?? [],
                cancel
            );
            return mail with { Deliveries = deliveries, Recipients = null };
        }
        catch (StoreException)
        {
            return null;
        }
    }

    /// <summary>A long index did not travel along: it is made anew.</summary>
    /// <returns>Null when the store cannot give the blob now.</returns>
    async ValueTask<InboundMail?> WithIndexAsync(InboundMail mail, CancellationToken cancel)
    {
        if (mail.Index.Length > 0)
            return mail;
        try
        {
            var index = await Indexing.OfBlobAsync(accounts.Blobs, mail.Source, cancel);
            index ??= await FirstAsync(mail, cancel);
            return mail with { Index = index ?? [] };
        }
        catch (StoreException)
        {
            return null;
        }
    }

    async ValueTask<byte[]?> FirstAsync(InboundMail mail, CancellationToken cancel)
    {
        foreach (var delivery in mail.Deliveries)
        {
            if (await Indexing.OfBlobAsync(accounts.Blobs, delivery.Blob, cancel) is { } index)
                return index;
        }
        return null;
    }

    /// <returns>Null when it is none of ours.</returns>
    internal static InboundMail? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            var mail = JsonSerializer.Deserialize(body.Span, InboundJson.Default.InboundMail);
            var isWhole =
                mail is { Transaction: not null, Source: not null, Sha256: not null, Index: not null }
                && mail.Deliveries?.All(delivery => delivery is { Account: not null, Blob: not null }) == true;
            return isWhole ? mail : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static TimeSpan Delay(int tries)
    {
        var delay = TimeSpan.FromSeconds(1L << Math.Min(tries, 12));
        return delay < LongestDelay ? delay : LongestDelay;
    }
}
