using System.Net.Http;
using Cloud.Dns;
using Cloud.Flow.Hooks.Payloads;
using Cloud.Flow.Hooks.Routes;
using Cloud.Flow.Inbound;
using Cloud.Flow.Outbound;
using Cloud.Flow.Trace;
using Cloud.Store.Accounts;
using Cloud.Store.Directory;
using Cloud.Store.Ports;
using Cloud.Wire.Http;
using Microsoft.Extensions.Logging;

namespace Cloud.Flow.Hooks;

/// <summary>The rooms of webhooks, on one store.</summary>
public sealed class HookRooms
{
    readonly AccountStore accounts;
    readonly MailDirectory directory;
    readonly HookStore store;
    readonly HookQueue queue;
    readonly EventFeed feed;
    readonly IQueues queues;

    internal HookRooms(AccountStore mail, MailDirectory addresses, IQueues source, KeyEncryptionKey? encryption)
    {
        (accounts, directory, queues) = (mail, addresses, source);
        var (time, entropy) = (mail.Time, mail.Entropy);
        store = new(mail.Rows, addresses, encryption, entropy);
        queue = new(source);
        feed = new EventFeed(new(addresses, store), queue);
        Inbound = new(feed, mail);
        Outbound = new(feed, time);
        Control = new(store, queue, time, entropy);
        Routes = new(addresses, mail);
        History = new HookHistory(store, addresses);
        Links = new(addresses, time, entropy);
    }

    /// <summary>Makes and removes subscriptions, shows deliveries and sends them again.</summary>
    public HookControl Control { get; }

    /// <summary>Addresses whose mail webhooks alone tell of.</summary>
    public RouteControl Routes { get; }

    /// <summary>Short-lived links to messages and their parts.</summary>
    public HookLinks Links { get; }

    /// <summary>Opens what a link names.</summary>
    /// <returns>Null for a link that was not made here or is too old, and where what it names is gone.</returns>
    /// <exception cref="StoreException">It cannot be read now.</exception>
    public async ValueTask<LinkedContent?> OpenLinkAsync(string token, CancellationToken cancel) =>
        await Links.OpenAsync(token, cancel) is { } target
            ? await LinkedContent.OpenAsync(accounts, target, cancel)
            : null;

    /// <summary>Where links lead, where that is known only once a port is got; see <see cref="HookOptions.PublicUrl"/>.</summary>
    public Uri? LocalUrl { get; set; }

    /// <summary>What endpoints were told, for traces.</summary>
    internal ITraceSource History { get; }

    internal InboundEvents Inbound { get; }

    internal OutboundEvents Outbound { get; }

    /// <summary>Who brings events to endpoints; somebody must run it.</summary>
    /// <param name="dns">Who knows where endpoints are.</param>
    public HookWorker Open(HookOptions options, Sending sending, DnsSettings dns, ILogger logger)
    {
        var resolver = new Resolver(dns, accounts.Time, accounts.Entropy, logger);
        return Open(options, sending, new GuardedConnect(resolver, options.Allowed), logger);
    }

    /// <summary>As the other, with who connects.</summary>
    internal HookWorker Open(HookOptions options, Sending sending, GuardedConnect web, ILogger logger)
    {
        store.Unreadable = (hook, fault) => HookLog.UnreadableHook(logger, fault, hook);
        feed.Crowded = (told, count) => HookLog.Crowded(logger, told.PublicId, count);
        var (time, blobs) = (accounts.Time, accounts.Blobs);
        var messages = new HookMessages(accounts);
        var payloads = new PayloadWriter(messages, new(Links, options, PublicUrl));
        var notices = new OwnerNotice(directory, sending.Receiving, sending.Outbox, blobs, sending.HostName);
        var post = new HookPost(web.Handler(), options, time);
        var delivering = new Delivering(
            store,
            queue,
            messages,
            payloads,
            post,
            new(accounts.Entropy),
            new(store, notices, time),
            new(store, accounts, queue, () => PublicUrl() is null ? TimeSpan.Zero : options.LinkLife),
            new(options.MostOfHost, web.FindAsync),
            time
        );
        return new(delivering, queue, queues, post, time, options);

        Uri? PublicUrl() => options.PublicUrl ?? LocalUrl;
    }
}
