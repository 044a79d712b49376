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
            await WorkAsync(message, cancel);
        return messages.Count;
    }

    async ValueTask WorkAsync(QueueMessage message, CancellationToken cancel)
    {
        if (Parse(message) is not { } mail)
        {
            await PoisonAsync(message, cancel);
            return;
        }
        var isAddressedHere = mail.Recipients is not null;
        if (isAddressedHere && await AddressAsync(mail, cancel) is { } addressed)
            mail = addressed;
        if (mail.Recipients is not null)
        {
            await TryLaterAsync(message, cancel);
            return;
        }
        var pending = mail.Deliveries;
        if (await WithIndexAsync(mail, cancel) is { } complete)
        {
            var result = await filing.FileAsync(complete, repeated: true, cancel);
            pending = [.. result.Pending];
            foreach (var delivery in result.Missing)
                await BlobWaste.RemoveAsync(accounts.Blobs, delivery.Blob);
        }
        // What is done is not to be done again: its user may have deleted it by then.
        // And what an account was found for stays with it, whatever becomes of the address.
        var isPartlyDone = pending.Count > 0 && (isAddressedHere || pending.Count < mail.Deliveries.Count);
        if (isPartlyDone)
            await filing.QueueAsync(mail, pending, Delay(message.DequeueCount), cancel);
        if (isPartlyDone || pending.Count == 0)
            await queues.DeleteAsync(Filing.Queue, message, cancel);
        else
            await TryLaterAsync(message, cancel);
    }

    async ValueTask TryLaterAsync(QueueMessage message, CancellationToken cancel)
    {
        if (message.DequeueCount >= MaxTries)
            await PoisonAsync(message, cancel);
        else
            await queues.RenewAsync(Filing.Queue, message, Delay(message.DequeueCount), cancel);
    }

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

    async ValueTask PoisonAsync(QueueMessage message, CancellationToken cancel)
    {
        await queues.SendAsync(Poison, message.Body, TimeSpan.Zero, cancel);
        await queues.DeleteAsync(Filing.Queue, message, cancel);
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

    static InboundMail? Parse(QueueMessage message)
    {
        try
        {
            return JsonSerializer.Deserialize(message.Body.Span, InboundJson.Default.InboundMail);
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
