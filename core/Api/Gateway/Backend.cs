using Cloud.Flow.Inbound;
using Cloud.Flow.Sweep;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Directory;
using Cloud.Store.Ports;

namespace Cloud.Api.Gateway;

/// <summary>The rooms behind the gateway on one store: what gateway, administration and workers of a process share.</summary>
public sealed class Backend
{
    public Backend(
        IRows rows,
        IBlobs blobs,
        IQueues queues,
        TimeProvider time,
        Entropy entropy,
        StoreOptions? options = null
    )
    {
        options ??= new();
        Watches = new();
        Queues = queues;
        var listener = options.Listener is { } name ? Gateway.WatchRegistration.NumberOf(name) : 0;
        Accounts = new(rows, blobs, time, entropy, options, Watches, new(queues, time, listener));
        WatchRegistration = new(Accounts);
        Directory = new(rows, time, options);
        Filing = new(Accounts, queues);
        Receiving = new(Accounts, Directory, Filing);
        Inbound = new(Accounts, Directory, Filing, queues);
        Sweeper = new(Accounts, queues);
    }

    /// <summary>Drains the queue of what could not be filed at once; somebody must run it.</summary>
    public InboundWorker Inbound { get; }

    /// <summary>Removes what nobody needs any more; somebody must run it every hour or so.</summary>
    public Sweeper Sweeper { get; }

    /// <summary>Has changes told to listeners in other processes.</summary>
    public WatchRegistration WatchRegistration { get; }

    internal IQueues Queues { get; }

    internal WatchHub Watches { get; }

    internal AccountStore Accounts { get; }

    internal MailDirectory Directory { get; }

    internal Filing Filing { get; }

    internal Receiving Receiving { get; }
}
