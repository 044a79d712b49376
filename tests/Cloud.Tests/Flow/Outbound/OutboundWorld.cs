using System.Text;
using Cloud.Flow.Outbound;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Counting;
using Cloud.Store.Messages;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Outbound;

/// <summary>A backend whose mail goes out to a scripted world, on a clock that the test turns.</summary>
sealed class OutboundWorld
{
    public const string Text = "Subject: Greetings\r\nX-Long: 1\r\n\r\nHow are you?\r\n";

    OutboundWorld() => (Rows, Blobs, Queues) = (new(MemoryRows), new(MemoryBlobs), new(MemoryQueues = new(Clock)));

    public ManualClock Clock { get; } = new();

    public MemoryRows MemoryRows { get; } = new();

    public MemoryBlobs MemoryBlobs { get; } = new();

    public MemoryQueues MemoryQueues { get; }

    public CountingRows Rows { get; }

    public CountingBlobs Blobs { get; }

    public CountingQueues Queues { get; }

    public ScriptedRelay Relay { get; } = new();

    public TestBackend Test { get; private set; } = null!;

    public Sending Sending => Test.Backend.Sending;

    public List<OutboundResult> Results { get; } = [];

    public static async Task<OutboundWorld> OpenAsync(OutboundOptions? options = null, IFaults? faults = null)
    {
        var world = new OutboundWorld();
        await world.RestartAsync(options, faults);
        return world;
    }

    /// <summary>Another process on the same store.</summary>
    public async Task RestartAsync(OutboundOptions? options = null, IFaults? faults = null, ulong seed = 1)
    {
        // The store is made before anything fails.
        Test = await TestBackend.OpenAsync(MemoryRows, MemoryBlobs, MemoryQueues, Clock, seed: 99);
        var later = new Later(faults);
        Test = await TestBackend.OpenAsync(
            faults is null ? Rows : new FaultyRows(Rows, later),
            faults is null ? Blobs : new FaultyBlobs(Blobs, later),
            faults is null ? Queues : new FaultyQueues(Queues, later),
            Clock,
            seed: seed,
            relay: Relay,
            outbound: (options ?? new()) with
            {
                HostName = "mail.example.test",
                Jitter = options?.Jitter ?? 0,
            }
        );
        later.IsOpen = true;
    }

    /// <summary>Nothing fails while a process is being set up by the test.</summary>
    sealed class Later(IFaults? faults) : IFaults
    {
        public bool IsOpen { get; set; }

        public ValueTask<T> RunAsync<T>(string operation, Func<ValueTask<T>> work) =>
            IsOpen && faults is not null ? faults.RunAsync(operation, work) : work();
    }

    public Submission Message(string? from, params string[] to) =>
        new()
        {
            Id = Test.NewTransaction(),
            Account = from == TestBackend.Alice ? Test.AliceId : null,
            From = from is null ? null : EmailAddress.TryParse(from),
            Recipients = [.. to.Select(address => new OutboundRecipient(EmailAddress.TryParse(address)!))],
            Blob = "",
            Size = Text.Length,
            Sha256 = new byte[32],
            Accepted = Clock.GetUtcNow(),
            Subject = "Greetings",
            MessageId = "1@example.test",
        };

    public async Task<Submission> SubmitAsync(Submission message, string text = Text)
    {
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
        var written = await MessageWriting.WriteAsync(MemoryBlobs, BlobNames.Of(message.Id), content, default);
        message = message with { Blob = written.Blob, Size = written.Size, Sha256 = written.Sha256 };
        await Sending.Outbox.AcceptAsync(message, default);
        return message;
    }

    public Task<Submission> SubmitAsync(string? from, params string[] to) => SubmitAsync(Message(from, to));

    /// <summary>Does all that is due now.</summary>
    public async Task WorkAsync()
    {
        while (await Sending.Worker.WorkAsync(Results.Add, default) > 0)
            continue;
    }

    /// <summary>Lets time pass until something has come to its end: whoever waits for a failing store is let go on.</summary>
    public Task EndAsync(Task work, TimeSpan? step = null) => Clock.RunAsync(work, step ?? TimeSpan.FromSeconds(1));

    /// <summary>Lets time pass, and does what is due on the way.</summary>
    public async Task PassAsync(TimeSpan time, TimeSpan? step = null)
    {
        var end = Clock.GetUtcNow() + time;
        await WorkAsync();
        while (Clock.GetUtcNow() < end)
        {
            var rest = end - Clock.GetUtcNow();
            var next = step ?? TimeSpan.FromMinutes(1);
            Clock.Advance(next < rest ? next : rest);
            await WorkAsync();
        }
    }

    public async Task<QueuedDetails> ShowAsync(Submission message) =>
        await Sending.Control.ShowAsync(message.Id, default) ?? throw new InvalidOperationException("It is gone");

    public async Task<RecipientState> StateAsync(Submission message, int number = 0) =>
        (await ShowAsync(message)).Recipients[number].State;

    /// <summary>The texts in an account's INBOX.</summary>
    public async Task<List<string>> InboxAsync(AccountId account)
    {
        var view = await Test.OpenAsync(account);
        var texts = new List<string>();
        foreach (var entry in view.Entries)
            texts.Add(await Test.ReadAsync(account, entry.Email) ?? "");
        return texts;
    }

    public void ResetCounts()
    {
        Rows.Reset();
        Blobs.Reset();
        Queues.Reset();
    }
}
