using Cloud.Store.Ports;

namespace Cloud.Flow.Inbound;

/// <summary>What was accepted and could not be filed for a day: kept for as long as it takes, and tried every few hours.</summary>
/// <remarks>
/// The messages lie visible on a queue that nothing is triggered by, so that the sweep knows which bytes they name and an
/// operator can look at them. One is sent again before it is deleted: it is never on no queue.
/// </remarks>
sealed class SetAside(QueuedFiling queued, Filing filing, IQueues queues)
{
    public const string Aside = "inbound-aside";

    /// <summary>Messages tried in one run, so that it has an end; there should be none.</summary>
    const int MessagesAtATime = 1000;

    /// <summary>
    /// Receipts of a message that came to no end. After so many it goes behind the others untried, since it may be what
    /// ends the process each time. The sweep's looks count, too: a sound message then waits for the next run.
    /// </summary>
    const int UnendedTries = 10;

    /// <summary>How long a message is hidden that is being tried: more than a try takes.</summary>
    static readonly TimeSpan Visibility = TimeSpan.FromMinutes(10);

    public async ValueTask<InboundResult> KeepAsync(ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        await queues.SendAsync(Aside, body, TimeSpan.Zero, cancel);
        return new(InboundOutcome.SetAside, InboundMail.Parse(body)?.Transaction);
    }

    /// <param name="tried">Its last try.</param>
    public async ValueTask<InboundResult> KeepAsync(InboundMail mail, FilingTry tried, CancellationToken cancel)
    {
        await filing.QueueAsync(Aside, mail, TimeSpan.Zero, cancel);
        return new(InboundOutcome.SetAside, mail.Transaction)
        {
            IsLost = tried.IsLost,
            Reason = tried.IsHopeless ? "its bytes are not there" : InboundResult.ReasonOf(tried.Fault),
        };
    }

    /// <summary>Tries what lies here, and on the host's own queue, if nobody has taken it over from there.</summary>
    public async ValueTask RetryAsync(Action<InboundResult> tell, CancellationToken cancel)
    {
        await EachAsync(InboundWorker.Poison, message => KeepAsync(message.Body, cancel), tell, cancel);
        await EachAsync(Aside, message => TryAsync(message, cancel), tell, cancel);
    }

    async ValueTask EachAsync(
        string queue,
        Func<QueueMessage, ValueTask<InboundResult>> work,
        Action<InboundResult> tell,
        CancellationToken cancel
    )
    {
        for (var left = Math.Min(await queues.CountAsync(queue, cancel), MessagesAtATime); left > 0; left--)
        {
            // One at a time: what ends the process does not count for its neighbours.
            if (await queues.ReceiveAsync(queue, 1, Visibility, cancel) is not [var message])
                return; // somebody else is at it
            var result = await work(message);
            await queues.DeleteAsync(queue, message, cancel);
            tell(result);
        }
    }

    async ValueTask<InboundResult> TryAsync(QueueMessage message, CancellationToken cancel)
    {
        if (message.DequeueCount > UnendedTries || InboundMail.Parse(message.Body) is not { } mail)
            return await KeepAsync(message.Body, cancel);
        try
        {
            var tried = await queued.TryAsync(mail, cancel);
            return tried.Rest is { } rest
                ? await KeepAsync(rest, tried, cancel)
                : tried.Ended(InboundOutcome.DoneAfterAll, mail);
        }
        catch (Exception e) when (e is not (StoreException or OperationCanceledException))
        {
            return await KeepAsync(message.Body, cancel) with { Fault = e };
        }
    }
}
