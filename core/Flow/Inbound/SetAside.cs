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
    /// Receipts of a message that came to no end. After so many it is left alone, since it may be what ends the process
    /// each time; one that was tried in vain is a new message. The sweep's looks count, too, one or two a day.
    /// </summary>
    const int UnendedTries = 10;

    /// <summary>How long a message is hidden that is being tried: more than a batch takes.</summary>
    static readonly TimeSpan Visibility = TimeSpan.FromMinutes(10);

    public async ValueTask<InboundResult> KeepAsync(ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        await queues.SendAsync(Aside, body, TimeSpan.Zero, cancel);
        return new(InboundOutcome.SetAside, InboundMail.Parse(body)?.Transaction);
    }

    public async ValueTask<InboundResult> KeepAsync(InboundMail mail, CancellationToken cancel)
    {
        await filing.QueueAsync(Aside, mail, TimeSpan.Zero, cancel);
        return new(InboundOutcome.SetAside, mail.Transaction);
    }

    /// <summary>Tries what lies here, and on the host's own queue, if nobody has taken it over from there.</summary>
    public async ValueTask RetryAsync(Action<InboundResult> tell, CancellationToken cancel)
    {
        await EachAsync(InboundWorker.Poison, async message => await KeepAsync(message.Body, cancel), tell, cancel);
        await EachAsync(Aside, message => TryAsync(message, cancel), tell, cancel);
    }

    /// <param name="work">Gives null for a message that is to stay where it is.</param>
    async ValueTask EachAsync(
        string queue,
        Func<QueueMessage, ValueTask<InboundResult?>> work,
        Action<InboundResult> tell,
        CancellationToken cancel
    )
    {
        var left = Math.Min(await queues.CountAsync(queue, cancel), MessagesAtATime);
        while (left > 0)
        {
            var limit = (int)Math.Min(left, QueueLimits.ReceiveMessages);
            var messages = await queues.ReceiveAsync(queue, limit, Visibility, cancel);
            if (messages.Count == 0)
                return; // somebody else is at it
            foreach (var message in messages)
            {
                var result = await work(message);
                if (result is not null)
                    await queues.DeleteAsync(queue, message, cancel);
                tell(result ?? new(InboundOutcome.SetAside, InboundMail.Parse(message.Body)?.Transaction));
            }
            left -= messages.Count;
        }
    }

    async ValueTask<InboundResult?> TryAsync(QueueMessage message, CancellationToken cancel)
    {
        if (message.DequeueCount > UnendedTries || InboundMail.Parse(message.Body) is not { } mail)
            return null;
        return await queued.TryAsync(mail, cancel) is { } rest
            ? await KeepAsync(rest, cancel)
            : new(InboundOutcome.DoneAfterAll, mail.Transaction);
    }
}
