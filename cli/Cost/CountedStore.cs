using System.Diagnostics;
using Cloud.Api.Admin;
using Cloud.Api.Gateway;
using Cloud.Api.Gateway.Wire;
using Cloud.Cli.Check;
using Cloud.Dns;
using Cloud.Flow.Hooks;
using Cloud.Flow.Outbound;
using Cloud.Flow.Outbound.Relay;
using Cloud.Flow.Outbound.Reports;
using Cloud.Listener.Gateway;
using Cloud.Store;
using Cloud.Store.Azure;
using Cloud.Store.Counting;
using Cloud.Store.Local;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cloud.Cli.Cost;

/// <summary>A store in a folder of its own, and before it what stands before Azure's: the listener's gateway over HTTP, the Functions app.</summary>
/// <remarks>Everything goes through counting ports. The folder is gone at the end.</remarks>
sealed class CountedStore : IAsyncDisposable
{
    /// <summary>How long a task is hidden that is worked on.</summary>
    static readonly TimeSpan HookLease = TimeSpan.FromMinutes(2);

    readonly string directory;
    readonly LocalStore store;
    readonly CountingRows rows;
    readonly CountingBlobs blobs;
    readonly CountingQueues queues;
    readonly CountingQueues watched;
    readonly HttpGateway gateway;
    readonly OtherServer elsewhere = new();
    readonly OtherEndpoint endpoint = new();
    readonly SmtpRelay relay;
    readonly KeyEncryptionKey key = NewKey();
    readonly bool isCold;

    CountedStore(string folder, LocalStore opened, bool cold)
    {
        (directory, store, isCold) = (folder, opened, cold);
        rows = new(store.Rows);
        blobs = new(store.Blobs, AzureStore.RequestsToWrite);
        (queues, watched) = (new(store.Queues), new(store.Queues));
        relay = NewRelay();
        Backend = NewBackend(relay);
        var warm = new GatewayService(Backend);
        App = new(cold ? () => new GatewayService(NewBackend(null)) : () => warm, TimeProvider.System);
        gateway = new(
            new()
            {
                Address = new Uri("http://functions.invalid/"),
                Listener = ListenerWatch.NewListener(Entropy.System),
                Tries = 1, // one that is tried again would be counted twice
            },
            App,
            Clock,
            Entropy.System,
            NullLoggerFactory.Instance,
            blobs,
            watched
        );
    }

    public MovableClock Clock { get; } = new();

    public CountedApp App { get; }

    public Backend Backend { get; }

    public IGateway Gateway => gateway;

    public Administration Administration => new(Backend);

    /// <exception cref="StoreException">There is no room, or no right to it.</exception>
    public static async Task<CountedStore> OpenAsync(bool cold, CancellationToken cancel)
    {
        var directory = Directory.CreateTempSubdirectory("cloud-cost-").FullName;
        try
        {
            return new(directory, await LocalStore.OpenAsync(new LocalStoreOptions(directory), cancel), cold);
        }
        catch
        {
            Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    /// <summary>Counts from nothing.</summary>
    public void Reset()
    {
        rows.Reset();
        blobs.Reset();
        queues.Reset();
        watched.Reset();
        App.Reset();
    }

    /// <summary>Nobody is at work, and the listener has read what it was told of changes.</summary>
    public bool IsQuiet => !App.IsAtWork && queues.Sends + watched.Sends == queues.Deletes + watched.Deletes;

    /// <summary>Sends what was accepted for others, as the function `Outbound` does with what the host has it told.</summary>
    /// <returns>Octets to the other server.</returns>
    /// <exception cref="CheckFailedException">A message did not get there.</exception>
    public async Task<long> SendAsync(CancellationToken cancel)
    {
        var (octets, taken) = (elsewhere.Octets, elsewhere.Messages);
        var messages = await queues.ReceiveAsync(
            OutboundWorker.Queue,
            QueueLimits.ReceiveMessages,
            new OutboundOptions().Lease,
            cancel
        );
        foreach (var message in messages)
        {
            var result = await App.ExecuteAsync(() => SendAsync(message.Body, cancel));
            if (result is not { Outcome: OutboundOutcome.Done, Sent: > 0 })
                throw new CheckFailedException($"a message was not sent: {result.Status ?? $"{result.Outcome}"}");
            await queues.DeleteAsync(OutboundWorker.Queue, message, cancel);
        }
        if (elsewhere.Messages == taken)
            throw new CheckFailedException("nothing came to the other server");
        return elsewhere.Octets - octets;
    }

    async ValueTask<OutboundResult> SendAsync(ReadOnlyMemory<byte> task, CancellationToken cancel)
    {
        if (!isCold)
            return await Backend.Sending.Worker.RunAsync(task, tries: 1, cancel);
        await using var own = NewRelay();
        return await NewBackend(own).Sending.Worker.RunAsync(task, tries: 1, cancel);
    }

    /// <summary>Has an endpoint told of what a domain receives.</summary>
    public async Task SubscribeAsync(string domain, CancellationToken cancel) =>
        await Backend.Hooks.Control.AddAsync(
            new()
            {
                Id = "",
                Url = endpoint.Url,
                Events = [MailEventKind.Received],
                Domain = domain,
            },
            cancel
        );

    /// <summary>Tells events that wait, as the function `Hooks` does with what the host has it told.</summary>
    /// <returns>Octets to the endpoint.</returns>
    /// <exception cref="CheckFailedException">None got there.</exception>
    public async Task<long> TellAsync(CancellationToken cancel)
    {
        var (octets, taken) = (endpoint.Octets, endpoint.Events);
        var messages = await queues.ReceiveAsync(HookWorker.Queue, QueueLimits.ReceiveMessages, HookLease, cancel);
        foreach (var message in messages)
        {
            await App.ExecuteAsync(() => TellAsync(message.Body, cancel));
            await queues.DeleteAsync(HookWorker.Queue, message, cancel);
        }
        return endpoint.Events > taken
            ? endpoint.Octets - octets
            : throw new CheckFailedException("nothing came to the endpoint");
    }

    async ValueTask<bool> TellAsync(ReadOnlyMemory<byte> task, CancellationToken cancel)
    {
        var backend = isCold ? NewBackend(null) : Backend;
        using var worker = backend.Hooks.Open(
            new HookOptions { AllowPrivate = true },
            backend.Sending,
            new DnsSettings(), // an endpoint by its address: no name is asked for
            NullLogger.Instance
        );
        await worker.RunAsync(task, cancel);
        return true;
    }

    /// <summary>The function `Reports`. It asks no name server as long as nothing is to be told to anybody.</summary>
    public DailyReports OpenReports() =>
        Backend.Sending.OpenReports(new ReportOptions(), new DnsSettings(), NullLogger.Instance);

    /// <summary>What has been counted since the reset.</summary>
    /// <param name="copied">Octets of a blob that was copied.</param>
    /// <param name="sent">Octets to clients and other servers.</param>
    /// <remarks>That the listener looks into its queue each second is counted by the hour, not by the message.</remarks>
    public Count Read(long copied, long sent) =>
        new(
            blobs.WriteRequests + blobs.Copies + blobs.Lists,
            blobs.Reads,
            rows.Reads,
            rows.Commits,
            rows.Changes,
            queues.Operations + watched.Operations - watched.Receives,
            App.Executions,
            App.Lasted,
            sent,
            blobs.OctetsWritten + blobs.Copies * copied,
            rows.OctetsInserted
        );

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await relay.DisposeAsync();
        await elsewhere.DisposeAsync();
        await endpoint.DisposeAsync();
        await store.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    /// <summary>As an instance of the Functions app has it: others write the store, too.</summary>
    Backend NewBackend(IRelay? way) => new(rows, blobs, queues, Clock, Entropy.System, new StoreOptions(), key, way);

    SmtpRelay NewRelay() =>
        SmtpRelay.Open(
            elsewhere.Relay,
            new DnsSettings(), // a smarthost by its address: no name is asked for
            rows,
            key,
            Clock,
            Entropy.System,
            NullLogger.Instance
        );

    static KeyEncryptionKey NewKey()
    {
        Span<byte> secret = stackalloc byte[KeyEncryptionKey.MinSecret];
        Entropy.System.Fill(secret);
        return KeyEncryptionKey.TryFromSecret(Convert.ToHexString(secret), out var made)
            ? made
            : throw new UnreachableException("A secret of twice the least length is long enough");
    }
}
