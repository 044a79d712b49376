using System.Net;
using Cloud.Dns;
using Cloud.Flow.Hooks;
using Cloud.Flow.Outbound;
using Cloud.Store;
using Cloud.Store.Counting;
using Cloud.Tests.Fakes;
using Cloud.Tests.Flow.Outbound;
using Cloud.Wire.Http;

namespace Cloud.Tests.Flow.Hooks;

/// <summary>A backend with webhooks on memory, on a clock that the test turns; endpoints are asked for real.</summary>
sealed class HookWorld : IAsyncDisposable
{
    public const string Text =
        "From: Ann <ann@far.test>\r\nTo: alice@example.test\r\nSubject: An order\r\nMessage-ID: <1@far.test>\r\n\r\n"
        + "Two of them.\r\n\r\n> How many?\r\n";

    HookWorld()
    {
        (Rows, Blobs, Queues) = (new(MemoryRows), new(MemoryBlobs), new(MemoryQueues = new(Clock)));
        Outage = new(Queues);
    }

    public ManualClock Clock { get; } = new();

    public MemoryRows MemoryRows { get; } = new();

    public MemoryBlobs MemoryBlobs { get; } = new();

    public MemoryQueues MemoryQueues { get; }

    public CountingRows Rows { get; }

    public CountingBlobs Blobs { get; }

    public CountingQueues Queues { get; }

    /// <summary>Lets one queue fail.</summary>
    public QueueOutage Outage { get; }

    public ScriptedRelay Relay { get; } = new();

    public TestBackend Test { get; private set; } = null!;

    public HookWorker Worker { get; private set; } = null!;

    public HookControl Control => Test.Backend.Hooks.Control;

    /// <summary>What the worker's process logs.</summary>
    public RecordingLogger Logged { get; } = new();

    public List<HookResult> Results { get; } = [];

    /// <param name="allowed">Networks that stand for the internet; null as the options say.</param>
    public static async Task<HookWorld> OpenAsync(
        HookOptions? options = null,
        IResolver? resolver = null,
        IPNetwork[]? allowed = null,
        StoreOptions? store = null
    )
    {
        var world = new HookWorld();
        // The store is made before anything fails.
        world.Test = await TestBackend.OpenAsync(
            world.MemoryRows,
            world.MemoryBlobs,
            world.MemoryQueues,
            world.Clock,
            seed: 99
        );
        world.Test = await TestBackend.OpenAsync(
            world.Rows,
            world.Blobs,
            world.Outage,
            world.Clock,
            store,
            relay: world.Relay,
            outbound: new() { HostName = "mail.example.test", Jitter = 0 }
        );
        options ??= new() { AllowPrivate = true };
        var guard = new GuardedConnect(resolver ?? new NoNames(), allowed ?? options.Allowed);
        world.Worker = world.Test.Backend.Hooks.Open(options, world.Test.Backend.Sending, guard, world.Logged);
        return world;
    }

    public async ValueTask DisposeAsync()
    {
        Worker.Dispose();
        await Test.DisposeAsync();
    }

    public static Hook Wanted(string url, params MailEventKind[] events) =>
        new()
        {
            Id = "",
            Url = url,
            Events = events.Length == 0 ? [MailEventKind.Received] : events,
        };

    public async Task<HookInfo> AddAsync(Hook wanted) => (await Control.AddAsync(wanted, default)).Made!;

    public Task<HookInfo> AddAsync(string url, params MailEventKind[] events) => AddAsync(Wanted(url, events));

    /// <summary>Does all that is due now.</summary>
    public async Task WorkAsync()
    {
        while (await Worker.WorkAsync(Results.Add, default) > 0)
            continue;
    }

    /// <summary>Lets time pass, and does what is due on the way.</summary>
    public async Task PassAsync(TimeSpan time, TimeSpan? step = null)
    {
        var end = Clock.GetUtcNow() + time;
        await WorkAsync();
        while (Clock.GetUtcNow() < end)
        {
            Clock.Advance(step ?? TimeSpan.FromSeconds(1));
            await WorkAsync();
        }
    }

    public async Task<List<HookDelivery>> DeliveriesAsync(string hook) =>
        [.. (await Control.ListAsync(hook, new(), null, 100, default)).Found];

    public void ResetCounts()
    {
        Rows.Reset();
        Blobs.Reset();
        Queues.Reset();
    }

    sealed class NoNames : IResolver
    {
        public ValueTask<DnsAnswer> QueryAsync(DnsName name, RecordType type, CancellationToken cancel) =>
            throw new NotSupportedException("Only addresses are asked for");
    }
}
