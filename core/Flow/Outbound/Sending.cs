using System.Net.Http;
using Cloud.Dns;
using Cloud.Flow.Hooks;
using Cloud.Flow.Inbound;
using Cloud.Flow.Outbound.Forwarding;
using Cloud.Flow.Outbound.Reports;
using Cloud.Store.Accounts;
using Cloud.Store.Directory;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;
using Cloud.Wire.Http;
using Microsoft.Extensions.Logging;

namespace Cloud.Flow.Outbound;

/// <summary>The rooms of sending, on one store.</summary>
public sealed class Sending
{
    readonly AccountStore accounts;
    readonly MailDirectory directory;
    readonly OutboxStore outbox;

    /// <param name="relay">To servers of the world; null where there is no such way: then that mail waits.</param>
    internal Sending(
        AccountStore mail,
        IQueues queues,
        MailDirectory addresses,
        Receiving receiving,
        ForwardingRooms forwarding,
        ReceivedReports reports,
        OutboundEvents events,
        IRelay? relay,
        OutboundOptions options
    )
    {
        (accounts, directory, Received, Receiving, HostName) = (mail, addresses, reports, receiving, options.HostName);
        var (rows, blobs, time, entropy) = (accounts.Rows, accounts.Blobs, accounts.Time, accounts.Entropy);
        var (store, queue) = (forwarding.Store, forwarding.Queue);
        outbox = store;
        var schedule = new RetrySchedule(options, entropy);
        Outbox = forwarding.Outbox;
        Control = new(rows, store, queue, blobs, time);
        Suppression = forwarding.Suppression;
        DeadLetters = new(rows, queues, time, entropy);
        var local = new LocalRelay(directory, forwarding.Expansion, receiving, blobs, relay ?? new NoRelay());
        var relaying = new Relaying(local, blobs, Suppression, forwarding.Returns, schedule, time, options);
        var writer = new NoticeWriter(blobs, schedule, options);
        var telling = new Telling(
            store,
            queue,
            Outbox,
            writer,
            directory,
            forwarding.Expansion,
            receiving,
            blobs,
            time,
            entropy,
            options.HostName
        );
        var claims = new RunningClaims(accounts.Options.SoleOwner);
        var attempting = new Attempting(store, queue, relaying, telling, events, blobs, claims, time, entropy, options);
        Worker = new(attempting, telling, DeadLetters, queue, queues, time, options);
        Schedule = new(new(rows, queues, time), reports, accounts.Options.SoleOwner, time);
        Counted = new(rows);
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

    /// <summary>Looks after what is due by time alone; somebody must run it.</summary>
    public Schedule Schedule { get; }

    /// <summary>Files what we write ourselves.</summary>
    internal Receiving Receiving { get; }

    /// <summary>Where we write from, where no domain of ours is meant.</summary>
    internal string HostName { get; }

    /// <summary>What others have reported.</summary>
    internal ReceivedReports Received { get; }

    /// <summary>What doors have counted.</summary>
    internal CountedMail Counted { get; }

    /// <summary>Who sends reports; somebody must run it. Web servers are asked at public addresses only.</summary>
    /// <param name="dns">Who knows where reports go.</param>
    public DailyReports OpenReports(ReportOptions options, DnsSettings dns, ILogger logger)
    {
        var resolver = new Resolver(dns, accounts.Time, accounts.Entropy, logger);
        return Reports(options, resolver, new GuardedConnect(resolver).Handler());
    }

    /// <summary>As <see cref="OpenReports"/>, with who is asked.</summary>
    internal DailyReports Reports(ReportOptions options, IResolver resolver, HttpMessageHandler web)
    {
        var mail = new ReportMail(Outbox, outbox, accounts.Blobs, accounts.Time, options);
        var http = new HttpReports(web, accounts.Time);
        return new(accounts.Rows, directory, mail, Received, resolver, http, options, accounts.Time);
    }
}
