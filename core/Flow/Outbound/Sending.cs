using Cloud.Flow.Inbound;
using Cloud.Store.Accounts;
using Cloud.Store.Directory;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound;

/// <summary>The rooms of sending, on one store.</summary>
public sealed class Sending
{
    /// <param name="relay">To servers of the world; null where there is no such way: then that mail waits.</param>
    internal Sending(
        AccountStore accounts,
        IQueues queues,
        MailDirectory directory,
        Receiving receiving,
        IRelay? relay,
        OutboundOptions options
    )
    {
        var (rows, blobs, time, entropy) = (accounts.Rows, accounts.Blobs, accounts.Time, accounts.Entropy);
        var store = new OutboxStore(rows, time);
        var queue = new OutboundQueue(queues, time);
        var schedule = new RetrySchedule(options, entropy);
        Outbox = new(store, queue, accounts.Options.SoleOwner);
        Control = new(rows, store, queue, blobs, time);
        Suppression = new(rows, time, options);
        DeadLetters = new(rows, queues, time, entropy);
        var local = new LocalRelay(directory, receiving, blobs, relay ?? new NoRelay());
        var relaying = new Relaying(local, blobs, Suppression, schedule, time, options);
        var writer = new NoticeWriter(blobs, schedule, options);
        var telling = new Telling(
            store,
            queue,
            Outbox,
            writer,
            directory,
            receiving,
            blobs,
            time,
            entropy,
            options.HostName
        );
        var claims = new RunningClaims(accounts.Options.SoleOwner);
        var attempting = new Attempting(store, queue, relaying, telling, blobs, claims, time, entropy, options);
        Worker = new(attempting, telling, DeadLetters, queue, queues, time, options);
    }

    /// <summary>Takes messages that are to be sent.</summary>
    public Outbox Outbox { get; }

    /// <summary>Lists, holds, cancels what waits.</summary>
    public OutboxControl Control { get; }

    /// <summary>Addresses that nothing is sent to.</summary>
    public Suppression Suppression { get; }

    /// <summary>Tasks that came to no end.</summary>
    public DeadLetters DeadLetters { get; }

    /// <summary>Sends; somebody must run it.</summary>
    public OutboundWorker Worker { get; }
}
