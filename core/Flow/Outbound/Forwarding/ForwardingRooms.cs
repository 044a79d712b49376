using Cloud.Flow.Hooks;
using Cloud.Flow.Outbound.Returned;
using Cloud.Store.Accounts;
using Cloud.Store.Directory;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound.Forwarding;

/// <summary>What forwarding shares with sending and receiving.</summary>
sealed class ForwardingRooms
{
    public ForwardingRooms(
        AccountStore accounts,
        MailDirectory directory,
        IQueues queues,
        OutboundEvents events,
        OutboundOptions options
    )
    {
        var (rows, time) = (accounts.Rows, accounts.Time);
        Store = new(rows, time);
        Queue = new(queues, time);
        Outbox = new(Store, Queue, accounts.Options.SoleOwner);
        Returns = new(directory, time, accounts.Entropy);
        Expansion = new(directory, Returns);
        Forwarder = new(Expansion, Returns, Outbox, Store);
        Limits = new(rows, time);
        Suppression = new(rows, time, options);
        var returned = new ReturnedMail(Store, accounts.Blobs);
        Bounces = new(returned, Suppression, Returns, events);
        Complaints = new(returned, Suppression, events);
    }

    public OutboxStore Store { get; }

    public OutboundQueue Queue { get; }

    public Outbox Outbox { get; }

    public ReturnPaths Returns { get; }

    public Expansion Expansion { get; }

    public Forwarder Forwarder { get; }

    public ReturnLimits Limits { get; }

    public Suppression Suppression { get; }

    public VerpBounces Bounces { get; }

    public Complaints Complaints { get; }
}
