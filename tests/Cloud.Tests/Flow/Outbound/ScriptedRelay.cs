using System.Collections.Concurrent;
using System.Text;
using Cloud.Flow.Outbound;

namespace Cloud.Tests.Flow.Outbound;

/// <summary>A world that answers as a test says, and remembers what it took.</summary>
sealed class ScriptedRelay : IRelay
{
    /// <summary>What becomes of a recipient; taken for good by default.</summary>
    public Func<RelayJob, RelayRecipient, RelayOutcome> Answer { get; set; } = Take;

    /// <summary>Called when the message has been read, before it is answered for.</summary>
    public Func<RelayJob, CancellationToken, Task> Meanwhile { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>It is the operator's own.</summary>
    public bool BySmarthost { get; set; }

    public List<RelayJob> Jobs { get; } = [];

    /// <summary>What lies in the world's mailboxes: message and recipient, once for each time that it was taken.</summary>
    public ConcurrentQueue<(string Id, string Recipient, string? Content)> Taken { get; } = new();

    public static RelayOutcome Take(RelayJob job, RelayRecipient to) =>
        new(to.Number, RelayVerdict.Sent, "2.0.0", "250 2.0.0 Ok")
        {
            Host = "mx.there.test",
            HostAddress = "192.0.2.25:25",
            Tls = "TLS 1.3",
        };

    public static RelayOutcome Relay(RelayJob job, RelayRecipient to) =>
        Take(job, to) with
        {
            Verdict = RelayVerdict.Relayed,
        };

    public static RelayOutcome Defer(RelayJob job, RelayRecipient to) =>
        new(to.Number, RelayVerdict.Deferred, "4.2.1", "451 4.2.1 Come back later") { Host = "mx.there.test" };

    public static RelayOutcome Refuse(RelayJob job, RelayRecipient to) =>
        new(to.Number, RelayVerdict.Failed, "5.1.1", "550 5.1.1 No such user") { Host = "mx.there.test" };

    public async ValueTask<RelayResult> SendAsync(RelayJob job, CancellationToken cancel)
    {
        lock (Jobs)
            Jobs.Add(job);
        await using var stream = await job.OpenBlob(cancel);
        var content = await new StreamReader(stream, Encoding.UTF8).ReadToEndAsync(cancel);
        content = Encoding.UTF8.GetString(job.Message.Fields.Span) + content;
        await Meanwhile(job, cancel);
        var outcomes = job.Recipients.Select(to => Answer(job, to)).ToList();
        foreach (var outcome in outcomes.Where(outcome => outcome.Verdict < RelayVerdict.Deferred))
        {
            var to = job.Recipients.Single(one => one.Number == outcome.Number).Recipient.Address;
            Taken.Enqueue((job.Message.Id.ToString(), to.ToString(), content));
        }
        return new(outcomes) { Transcript = ["220 mx.there.test"], BySmarthost = BySmarthost };
    }
}
