using Cloud.Api.Gateway.OAuth;
using Cloud.Flow.Door.Greylisting;
using Cloud.Flow.Hooks;
using Cloud.Flow.Inbound;
using Cloud.Flow.Integrity;
using Cloud.Flow.Junk;
using Cloud.Flow.Keys;
using Cloud.Flow.Outbound;
using Cloud.Flow.Outbound.Forwarding;
using Cloud.Flow.Outbound.Reports;
using Cloud.Flow.Submission;
using Cloud.Flow.Sweep;
using Cloud.Flow.Trace;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Correspondents;
using Cloud.Store.Directory;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Api.Gateway;

/// <summary>The rooms behind the gateway on one store: what gateway, administration and workers of a process share.</summary>
public sealed class Backend
{
    /// <param name="encryption">Opens the domains' signing keys; null where it is not known: then nothing is signed.</param>
    /// <param name="relay">Sends to other servers; null where nothing does: what is for them waits.</param>
    /// <param name="tokens">Knows what tokens of OAuth 2.0 are worth; null: nobody logs in with one.</param>
    public Backend(
        IRows rows,
        IBlobs blobs,
        IQueues queues,
        TimeProvider time,
        Entropy entropy,
        StoreOptions? options = null,
        KeyEncryptionKey? encryption = null,
        IRelay? relay = null,
        OutboundOptions? outbound = null,
        SubmissionOptions? submission = null,
        GreylistOptions? greylist = null,
        ITokenCheck? tokens = null
    )
    {
        Tokens = tokens;
        options ??= new();
        Watches = new();
        Queues = queues;
        var listener = options.Listener is { } name ? Gateway.WatchRegistration.NumberOf(name) : 0;
        Accounts = new(rows, blobs, time, entropy, options, Watches, new(queues, time, listener));
        WatchRegistration = new(Accounts);
        Directory = new(rows, time, options);
        HostName = (outbound ?? new()).HostName;
        Keys = new(Directory, encryption, time, entropy);
        KnownSenders = new(rows, time);
        Lessons = new(Accounts, KnownSenders, entropy);
        outbound ??= new();
        Hooks = new(Accounts, Directory, queues, encryption);
        var forwarding = new ForwardingRooms(Accounts, Directory, queues, Hooks.Outbound, outbound);
        (Expansion, Returns) = (forwarding.Expansion, forwarding.Limits);
        Filing = new(
            Accounts,
            queues,
            new(Accounts, Lessons),
            forwarding.Forwarder,
            forwarding.Bounces,
            forwarding.Complaints,
            Hooks.Inbound
        );
        Greylist = new(rows, time, greylist);
        var addressing = new Addressing(Expansion, blobs);
        var reports = new ReceivedReports(rows, blobs, Directory, time);
        Receiving = new(Accounts, addressing, Filing, reports);
        Refused = new(rows, Directory, Hooks.Inbound);
        Inbound = new(Accounts, addressing, Filing, queues, reports);
        Sweeper = new(Accounts, Directory, queues);
        Sending = new(Accounts, queues, Directory, Receiving, forwarding, reports, Hooks.Outbound, relay, outbound);
        Traces = new(Accounts, Directory, Refused, Sending.Control);
        Traces.Add(Hooks.History);
        (Check, Repair) = (new(Accounts), new(Accounts));
        Statistics = new(Accounts, Directory, queues);
        Rights = new(Directory);
        Submitting = new(
            Directory,
            Expansion,
            Rights,
            new(new(rows, time, SubmissionOptions.LimitParts), submission ?? new(), time),
            new(Accounts, Filing),
            Receiving,
            Sending.Outbox,
            KnownSenders,
            Hooks.Outbound,
            time
        );
    }

    /// <summary>Drains the queue of what could not be filed at once; somebody must run it.</summary>
    public InboundWorker Inbound { get; }

    /// <summary>Takes messages that are to be sent, and sends them; somebody must run its worker.</summary>
    public Sending Sending { get; }

    /// <summary>Tells events to those who asked for them; somebody must run its worker.</summary>
    public HookRooms Hooks { get; }

    /// <summary>Removes what nobody needs any more; somebody must run it every hour or so.</summary>
    public Sweeper Sweeper { get; }

    /// <summary>Tells what happened to messages.</summary>
    public Tracing Traces { get; }

    /// <summary>Has changes told to listeners in other processes.</summary>
    public WatchRegistration WatchRegistration { get; }

    /// <summary>Asks the store for a row and a blob that need not be there: who gets an answer can hand mail over.</summary>
    /// <exception cref="StoreException">It does not answer, or does not let us in.</exception>
    public async ValueTask ProbeAsync(CancellationToken cancel)
    {
        await Accounts.Rows.GetAsync(Tables.Directory, new("probe", "probe"), cancel);
        await Accounts.Blobs.ExistsAsync("probe", cancel);
    }

    internal ITokenCheck? Tokens { get; }

    internal AccountCheck Check { get; }

    internal AccountRepair Repair { get; }

    internal StoreStatistics Statistics { get; }

    /// <summary>What the server calls itself.</summary>
    internal string HostName { get; }

    internal IQueues Queues { get; }

    internal WatchHub Watches { get; }

    internal AccountStore Accounts { get; }

    internal MailDirectory Directory { get; }

    internal DomainKeys Keys { get; }

    internal KnownSenders KnownSenders { get; }

    internal JunkLessons Lessons { get; }

    internal Greylist Greylist { get; }

    internal RefusedMail Refused { get; }

    internal Expansion Expansion { get; }

    internal ReturnLimits Returns { get; }

    internal SenderRights Rights { get; }

    internal Submitting Submitting { get; }

    internal Filing Filing { get; }

    internal Receiving Receiving { get; }
}
