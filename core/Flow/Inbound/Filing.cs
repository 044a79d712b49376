using System.Collections.Concurrent;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Flow.Inbound;

/// <summary>Files a message into accounts, and queues what cannot be filed now.</summary>
/// <remarks>
/// Steps: 1. every account that does not take the upload itself gets its own copy of it, before any account owns that
/// and could delete it; 2. each account takes its message in one transaction; 3. what failed goes to queue
/// <see cref="Queue"/>. Any step may be repeated.
/// </remarks>
sealed class Filing(AccountStore accounts, IQueues queues)
{
    public const string Queue = "inbound";

    /// <summary>Deliveries of one message at a time.</summary>
    const int Parallel = 8;

    /// <returns>Deliveries that have to be tried again; empty when all are done.</returns>
    /// <param name="repeated">
    /// True when an earlier try may have got somewhere: then a message whose blob is gone was filed and deleted since.
    /// </param>
    public async ValueTask<FilingResult> FileAsync(InboundMail mail, bool repeated, CancellationToken cancel)
    {
        var result = new FilingResult();
        try
        {
            await EachAsync(mail.Deliveries, delivery => CopyAsync(mail, delivery, cancel), cancel); // step 1
        }
        catch (StoreException)
        {
            // The first account must not own the source before the copies are made.
            foreach (var delivery in mail.Deliveries)
                result.Failed.Push(delivery);
            result.LacksCopies = true;
            return result;
        }
        await EachAsync(mail.Deliveries, delivery => FileAsync(mail, delivery, repeated, result, cancel), cancel); // step 2
        return result;
    }

    /// <summary>Keeps a message for the worker: step 3.</summary>
    /// <param name="delay">Before the worker sees it.</param>
    public async ValueTask QueueAsync(string queue, InboundMail mail, TimeSpan delay, CancellationToken cancel)
    {
        if (mail.Recipients is not null)
        {
            await queues.SendAsync(queue, mail.Pack(), delay, cancel);
            return;
        }
        foreach (var some in mail.Deliveries.Chunk(InboundMail.QueuedDeliveries))
            await queues.SendAsync(queue, (mail with { Deliveries = some }).Pack(), delay, cancel);
    }

    async ValueTask CopyAsync(InboundMail mail, Delivery delivery, CancellationToken cancel)
    {
        if (delivery.Blob == mail.Source || await accounts.Blobs.CopyAsync(mail.Source, delivery.Blob, cancel))
            return;
        // Made by an earlier try, or else filed and deleted since: the next step tells.
    }

    async ValueTask FileAsync(
        InboundMail mail,
        Delivery delivery,
        bool repeated,
        FilingResult result,
        CancellationToken cancel
    )
    {
        try
        {
            var deposited = await accounts.DepositAsync(
                new(delivery.Account),
                MailboxRow.Inbox,
                mail.DepositOf(delivery),
                MessageFlags.None,
                [],
                withinQuota: false,
                repeated,
                cancel
            );
            (deposited.Status == DepositStatus.Removed ? result.Gone : result.Filed).Push(delivery);
        }
        catch (AccountMissingException)
        {
            result.Missing.Push(delivery);
        }
        catch (OutcomeUnknownException)
        {
            result.Unknown.Push(delivery);
        }
        catch (StoreException)
        {
            result.Failed.Push(delivery);
        }
    }

    static async ValueTask EachAsync(
        IReadOnlyList<Delivery> deliveries,
        Func<Delivery, ValueTask> work,
        CancellationToken cancel
    )
    {
        if (deliveries is [var only])
        {
            await work(only);
            return;
        }
        foreach (var some in deliveries.Chunk(Parallel))
        {
            cancel.ThrowIfCancellationRequested();
            await Task.WhenAll(some.Select(delivery => work(delivery).AsTask()));
        }
    }
}

/// <summary>What became of each delivery.</summary>
sealed class FilingResult
{
    public ConcurrentStack<Delivery> Filed { get; } = new();

    /// <summary>Filed by an earlier try, and deleted by the user since.</summary>
    public ConcurrentStack<Delivery> Gone { get; } = new();

    /// <summary>Their account has been removed.</summary>
    public ConcurrentStack<Delivery> Missing { get; } = new();

    /// <summary>Not filed, for certain.</summary>
    public ConcurrentStack<Delivery> Failed { get; } = new();

    /// <summary>The store failed; they may have been filed.</summary>
    public ConcurrentStack<Delivery> Unknown { get; } = new();

    /// <summary>Copies are still to be made, from a source that the first account owns once it has the message.</summary>
    public bool LacksCopies { get; set; }

    public IEnumerable<Delivery> Pending => Failed.Concat(Unknown);
}
