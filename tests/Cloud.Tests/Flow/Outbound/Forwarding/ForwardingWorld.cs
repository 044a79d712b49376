using System.Net;
using Cloud.Api.Admin;
using Cloud.Api.Gateway;
using Cloud.Flow.Door;
using Cloud.Flow.Outbound;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Counting;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Outbound.Forwarding;

/// <summary>A backend that mail comes to from outside and goes on to a scripted world, over any gateway.</summary>
sealed class ForwardingWorld
{
    ForwardingWorld()
    {
        Queues = new(Clock);
        (CountedRows, CountedBlobs, CountedQueues) = (new(Rows), new(Blobs), new(Queues));
    }

    public ManualClock Clock { get; } = new();

    public MemoryRows Rows { get; } = new();

    public MemoryBlobs Blobs { get; } = new();

    public MemoryQueues Queues { get; }

    public CountingRows CountedRows { get; }

    public CountingBlobs CountedBlobs { get; }

    public CountingQueues CountedQueues { get; }

    public ScriptedRelay Relay { get; } = new();

    public TestBackend Test { get; private set; } = null!;

    public Administration Admin => Test.Admin;

    /// <summary>Of all messages that are still kept anywhere.</summary>
    public IReadOnlyList<string> BlobNames =>
        [.. Blobs.ListAsync("", default).ToBlockingEnumerable().Select(blob => blob.Name)];

    public static async Task<ForwardingWorld> OpenAsync(Hop hop = default, StoreOptions? options = null)
    {
        var world = new ForwardingWorld();
        await world.RestartAsync(hop: hop, options: options);
        return world;
    }

    /// <summary>Another process on the same store; what <paramref name="faults"/> does begins once it is there.</summary>
    public async Task RestartAsync(
        IFaults? faults = null,
        ulong seed = 1,
        Hop hop = default,
        StoreOptions? options = null
    )
    {
        var later = new LaterFaults(faults);
        Test = await TestBackend.OpenAsync(
            new FaultyRows(CountedRows, later),
            new FaultyBlobs(CountedBlobs, later),
            new FaultyQueues(CountedQueues, later),
            Clock,
            options,
            seed: seed,
            hop: hop,
            relay: Relay,
            outbound: new() { HostName = "mail.example.test", Jitter = 0 }
        );
        later.IsOpen = true;
    }

    public ValueTask<RecipientVerdict> CheckAsync(string? from, string to, AccountId? authenticated = null) =>
        Test.Gateway.CheckRecipientAsync(
            new(Parse(from), Parse(to)!, authenticated, 0, IPAddress.Parse("192.0.2.9")),
            default
        );

    public Task<ReceiveResult> ReceiveAsync(string? from, string text, params string[] to) =>
        ReceiveAsync(from, text, null, to);

    public async Task<ReceiveResult> ReceiveAsync(string? from, string text, Evidence? evidence, params string[] to)
    {
        var transaction = Test.NewTransaction();
        await using var upload = await Test.Gateway.BeginUploadAsync(transaction, default);
        await upload.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), default);
        var message = await upload.CompleteAsync(default);
        var request = TestBackend.Request(transaction, message, to);
        request = request with { Envelope = request.Envelope with { From = Parse(from) }, Evidence = evidence };
        var result = await Test.Gateway.ReceiveAsync(request, default);
        if (result.Status == ReceiveStatus.Rejected)
            await upload.AbandonAsync(default);
        return result;
    }

    /// <summary>Does all that is due now.</summary>
    public async Task WorkAsync()
    {
        while (await Test.Backend.Sending.Worker.WorkAsync(_ => { }, default) > 0)
            continue;
    }

    public async Task<List<string>> InboxAsync(AccountId account)
    {
        var texts = new List<string>();
        foreach (var entry in (await Test.OpenAsync(account)).Entries)
            texts.Add(await Test.ReadAsync(account, entry.Email) ?? "");
        return texts;
    }

    static EmailAddress? Parse(string? text) => text is null ? null : EmailAddress.TryParse(text);

    sealed class LaterFaults(IFaults? faults) : IFaults
    {
        public bool IsOpen { get; set; }

        public ValueTask<T> RunAsync<T>(string operation, Func<ValueTask<T>> work) =>
            IsOpen && faults is not null ? faults.RunAsync(operation, work) : work();
    }
}
