using System.Collections.Concurrent;
using Cloud.Flow.Hooks;
using Cloud.Flow.Outbound.Forwarding;
using Cloud.Flow.Outbound.Returned;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Flow.Inbound;

/// <summary>Files a message into accounts, and queues what cannot be filed now.</summary>
/// <remarks>
/// Steps: 1. every account, and what is passed on, that neither has the message nor takes the upload itself gets its own copy of it, before any
/// account owns that and could delete it; 2. each account takes its message in one transaction, and so does the outbox,
/// and those who asked for it are told; 3. what failed, to be told as well, goes to queue <see cref="Queue"/>. Any step
/// may be repeated.
/// </remarks>
sealed class Filing(
    AccountStore accounts,
    IQueues queues,
    Judging judging,
    Forwarder forwarder,
    VerpBounces bounces,
    Complaints complaints,
    InboundEvents events
)
{
    public const string Queue = "inbound";

    /// <summary>Deliveries of one message at a time.</summary>
    const int Parallel = 8;

    /// <returns>Deliveries that have to be tried again; empty when all are done.</returns>
    /// <param name="repeated">
    /// True when an earlier try may have got somewhere: then who has the message already takes no copy, and what was
    /// deleted since does not come back.
    /// </param>
    /// <param name="copied">An earlier try may have made copies: one that is there is not made again.</param>
    public async ValueTask<FilingResult> FileAsync(
        InboundMail mail,
        bool repeated,
        bool copied,
        CancellationToken cancel
    )
    {
        var result = new FilingResult();
        var filed = new ConcurrentStack<Delivery>();
        try
        {
            await events.ReadyAsync(cancel); // who cannot be asked is found out before anything is filed
            await EachAsync(mail.Deliveries, PrepareAsync, cancel); // step 1
        }
        catch (StoreException e)
        {
            result.Fault = e;
            // The first account must not own the source before the copies are made.
            foreach (var delivery in mail.Deliveries)
                result.Failed.Push(delivery);
            result.LacksCopies = true;
            return result;
        }
        var left = mail.Deliveries.Except(filed).ToList();
        await EachAsync(left, delivery => FileAsync(mail, delivery, repeated, result, cancel), cancel); // step 2
        await EachAsync([.. filed], delivery => TellAgainAsync(mail, delivery, result, cancel), cancel);
        return result;

        async ValueTask PrepareAsync(Delivery delivery)
        {
            if (repeated && await IsFiledAsync(mail, delivery, cancel))
                filed.Push(delivery);
            else
                await CopyAsync(mail, delivery, copied, cancel);
        }
    }

    /// <summary>Keeps a message for the worker: step 3.</summary>
    /// <param name="delay">Before the worker sees it.</param>
    /// <exception cref="StoreException">The queue fails, or cannot hold it; parts may be there.</exception>
    public async ValueTask QueueAsync(string queue, InboundMail mail, TimeSpan delay, CancellationToken cancel)
    {
        foreach (var part in mail.Parts())
        {
            var body = part.Pack();
            if (body.Length > InboundMail.Longest)
                throw new StoreException("The message is more than the queue can hold");
            await queues.SendAsync(queue, body, delay, cancel);
        }
    }

    /// <summary>A row read costs a hundredth of the copy that it spares, and that would be waste.</summary>
    async ValueTask<bool> IsFiledAsync(InboundMail mail, Delivery delivery, CancellationToken cancel)
    {
        if (delivery.Forward is not null)
            return await forwarder.IsAcceptedAsync(delivery, cancel);
        if (TransactionId.TryParse(mail.Transaction) is not { } transaction)
            return false;
        var number = EmailId.From(transaction);
        var rows = await EmailReader.ReadAsync(accounts.Rows, new(delivery.Account), [number], cancel);
        return rows.Any(row => row.Email.Transaction == transaction);
    }

    /// <summary>The try that filed it may have ended before it could tell.</summary>
    async ValueTask TellAgainAsync(InboundMail mail, Delivery delivery, FilingResult result, CancellationToken cancel)
    {
        try
        {
            await TellAsync(mail, delivery, judgement: null, cancel);
            result.Filed.Push(delivery);
        }
        catch (StoreException e)
        {
            result.Failed.Push(delivery);
            result.Fault = e;
        }
    }

    /// <summary>What is filed is learned from and told; again at each repetition, which finds it done.</summary>
    /// <exception cref="StoreException">Not all of it; the repetition does the rest.</exception>
    async ValueTask TellAsync(InboundMail mail, Delivery delivery, Judgement? judgement, CancellationToken cancel)
    {
        if (delivery.Forward is null)
        {
            await bounces.LearnAsync(mail, delivery, cancel);
            await complaints.LearnAsync(mail, delivery, cancel);
        }
        await events.TellAsync(mail, delivery, judgement, cancel);
    }

    async ValueTask CopyAsync(InboundMail mail, Delivery delivery, bool copied, CancellationToken cancel)
    {
        if (delivery.Blob == mail.Source || (copied && await accounts.Blobs.ExistsAsync(delivery.Blob, cancel)))
            return;
        if (await accounts.Blobs.CopyAsync(mail.Source, delivery.Blob, cancel))
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
        if (delivery.Forward is not null)
        {
            await ForwardAsync(mail, delivery, repeated, result, cancel);
            return;
        }
        var judgement = await judging.JudgeAsync(mail, delivery, cancel);
        var deposit = mail.DepositOf(delivery, judgement);
        try
        {
            if (!repeated && await IsOverfullAsync(mail, delivery, cancel))
            {
                result.Missing.Push(delivery);
                return;
            }
            var deposited = await DepositAsync(judgement.Keywords);
            if (deposited.Status == DepositStatus.TooManyKeywords)
                deposited = await DepositAsync([]);
            await SettleAsync(mail, delivery, judgement, deposited.Status, result, cancel);
        }
        catch (AccountMissingException)
        {
            result.Missing.Push(delivery);
        }
        catch (OutcomeUnknownException e)
        {
            result.Unknown.Push(delivery);
            result.Fault = e;
        }
        catch (StoreException e)
        {
            result.Failed.Push(delivery);
            result.Fault = e;
        }

        ValueTask<DepositResult> DepositAsync(IReadOnlyList<string> keywords) =>
            accounts.DepositAsync(
                new(delivery.Account),
                mail.IsSentCopy ? default : MailboxRow.Inbox, // without a mailbox for it there is no copy
                deposit,
                mail.IsSentCopy ? MessageFlags.Seen : MessageFlags.None,
                keywords,
                withinQuota: false,
                repeated,
                cancel
            );
    }

    /// <summary>What follows from an account's answer.</summary>
    async ValueTask SettleAsync(
        InboundMail mail,
        Delivery delivery,
        Judgement judgement,
        DepositStatus status,
        FilingResult result,
        CancellationToken cancel
    )
    {
        // The copy made for this try, which nobody else can have.
        var isWaste = mail.IsSentCopy
            ? status is not (DepositStatus.Done or DepositStatus.Repeated)
            : status == DepositStatus.Removed && delivery.Blob != mail.Source;
        if (isWaste)
            await BlobWaste.RemoveAsync(accounts.Blobs, delivery.Blob);
        if (status is DepositStatus.Done or DepositStatus.Repeated)
        {
            try
            {
                await TellAsync(mail, delivery, judgement, cancel);
            }
            catch (StoreException e) // The account has it; who is to hear of it does not: the repeat tells.
            {
                result.Unknown.Push(delivery);
                result.Fault = e;
                return;
            }
        }
        // A sender's copy that was not wanted the last time has no bytes left, and nobody misses them.
        var isUnwanted = mail.IsSentCopy && status == DepositStatus.BytesMissing;
        result.Of(isUnwanted ? DepositStatus.Removed : status).Push(delivery);
    }

    /// <summary>
    /// What is passed on from an account needs no room there, so that RCPT takes it; but beyond a tenth over its quota the
    /// account gets no copy any more: somebody has it all the same.
    /// </summary>
    async ValueTask<bool> IsOverfullAsync(InboundMail mail, Delivery delivery, CancellationToken cancel)
    {
        if (!mail.Deliveries.Any(one => one.Forward is { Refusal: null } && one.To == delivery.To))
            return false;
        var state = await accounts.PeekAsync(new(delivery.Account), cancel);
        return state is { Account: var account } && !account.HasRoom(mail.Size - account.Quota / 10);
    }

    /// <summary>Step 2 of what is passed on.</summary>
    async ValueTask ForwardAsync(
        InboundMail mail,
        Delivery delivery,
        bool repeated,
        FilingResult result,
        CancellationToken cancel
    )
    {
        try
        {
            // What the outbox has was found before: without bytes there is nothing that it could send.
            if (repeated && !await accounts.Blobs.ExistsAsync(delivery.Blob, cancel))
            {
                // Unless another try was at it at the same time: then it has been sent by now.
                var isAccepted = await forwarder.IsAcceptedAsync(delivery, cancel);
                (isAccepted ? result.Filed : result.Lost).Push(delivery);
            }
            else if (await forwarder.AcceptAsync(mail, delivery, cancel))
            {
                await events.TellAsync(mail, delivery, judgement: null, cancel);
                result.Filed.Push(delivery);
            }
            else
                result.Missing.Push(delivery);
        }
        catch (StoreException e)
        {
            result.Unknown.Push(delivery);
            result.Fault = e;
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

    /// <summary>Filed by an earlier try, and deleted by the user since; or a sender's copy that is not wanted.</summary>
    public ConcurrentStack<Delivery> Gone { get; } = new();

    /// <summary>Their account has been removed, or what they lead to elsewhere.</summary>
    public ConcurrentStack<Delivery> Missing { get; } = new();

    /// <summary>Their bytes are gone, and no user has deleted them: the message is lost to these.</summary>
    public ConcurrentStack<Delivery> Lost { get; } = new();

    /// <summary>Not filed, for certain; or filed, and those who asked for it could not be told.</summary>
    public ConcurrentStack<Delivery> Failed { get; } = new();

    /// <summary>The store failed; they may have been filed.</summary>
    public ConcurrentStack<Delivery> Unknown { get; } = new();

    /// <summary>Copies are still to be made, from a source that the first account owns once it has the message.</summary>
    public bool LacksCopies { get; set; }

    /// <summary>Why there is something to be tried again: the last of the reasons, if there are several.</summary>
    public StoreException? Fault { get; set; }

    public IEnumerable<Delivery> Pending => Failed.Concat(Unknown);

    public ConcurrentStack<Delivery> Of(DepositStatus status) =>
        status switch
        {
            DepositStatus.Removed or DepositStatus.Present or DepositStatus.NoMailbox => Gone,
            DepositStatus.BytesMissing => Lost,
            DepositStatus.Done or DepositStatus.Repeated => Filed,
            _ => throw new InvalidOperationException($"A delivery cannot end as {status}"),
        };
}
