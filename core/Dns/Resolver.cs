using Cloud.Dns.Messages;
using Cloud.Dns.Transport;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging;

namespace Cloud.Dns;

/// <summary>A stub resolver: asks recursive servers over UDP and TCP, and keeps what they say for its time.</summary>
/// <remarks>
/// Invariants: trouble is a value, only the asker's own cancellation is thrown. A look-up ends by its deadline, whatever
/// servers do. Those who ask the same at the same time share one look-up, which goes on when one of them gives up. What
/// was not asked in this very exchange is never believed nor kept: only records of the name asked, and of its aliases.
/// </remarks>
public sealed class Resolver : IResolver, IAsyncDisposable
{
    /// <summary>Look-ups at a time: each has a socket, and a process has 1,024 files unless told otherwise.</summary>
    public const int MaxLookups = 500;

    readonly DnsSettings settings;
    readonly TimeProvider time;
    readonly NameServer[] servers;
    readonly AnswerCache cache;
    readonly Lock guard = new();
    readonly Dictionary<Question, Task<DnsAnswer>> running = [];
    readonly CancellationTokenSource stop = new();

    /// <exception cref="ArgumentException">The settings have faults, all of which are told.</exception>
    public Resolver(DnsSettings settings, TimeProvider time, Entropy entropy, ILogger logger)
    {
        var faults = string.Join("; ", settings.Faults());
        if (faults.Length > 0)
            throw new ArgumentException(faults, nameof(settings));
        (this.settings, this.time) = (settings, time);
        servers = [.. settings.Servers.Select(s => new NameServer(s, settings.Timeout, time, entropy, logger))];
        cache = new(settings.CacheEntries, settings.CacheOctets, time);
    }

    /// <inheritdoc/>
    public ValueTask<DnsAnswer> QueryAsync(DnsName name, RecordType type, CancellationToken cancel)
    {
        if (cancel.IsCancellationRequested)
            return ValueTask.FromCanceled<DnsAnswer>(cancel);
        var question = new Question(name, type);
        return cache.TryGet(question, out var answer) ? new(answer) : new(Joined(question).WaitAsync(cancel));
    }

    /// <summary>Ends what is running, as failures, and the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        if (stop.IsCancellationRequested)
            return;
        await stop.CancelAsync();
        Task<DnsAnswer>[] last;
        lock (guard)
            last = [.. running.Values];
        await Task.WhenAll(last);
        foreach (var server in servers)
            server.Dispose();
        stop.Dispose();
    }

    /// <summary>The look-up that is under way for a question, or a new one.</summary>
    Task<DnsAnswer> Joined(Question question)
    {
        lock (guard)
        {
            if (running.TryGetValue(question, out var lookup))
                return lookup;
            if (cache.TryGet(question, out var answer)) // It was kept in between.
                return Task.FromResult(answer);
            if (stop.IsCancellationRequested)
                return Task.FromResult(DnsAnswer.Failure(question.Name, question.Type, "shutting down"));
            if (running.Count >= MaxLookups)
                return Task.FromResult(DnsAnswer.Failure(question.Name, question.Type, "too many look-ups at once"));
            return running[question] = Task.Run(() => RunAsync(question));
        }
    }

    async Task<DnsAnswer> RunAsync(Question question)
    {
        var lookup = new Lookup(servers, settings.Attempts, settings.TrustAuthenticated);
        using var late = new CancellationTokenSource(settings.Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop.Token);
        try
        {
            var answer = await lookup.RunAsync(question, either.Token);
            answer = answer with { Expires = time.GetUtcNow() + answer.TimeToLive };
            cache.Add(question, answer);
            return answer;
        }
        catch (OperationCanceledException)
        {
            return Unanswered(question, lookup.Faults);
        }
        finally
        {
            lock (guard)
                running.Remove(question);
        }
    }

    /// <summary>The deadline, or the end of the process.</summary>
    DnsAnswer Unanswered(Question question, string faults)
    {
        var reason = stop.IsCancellationRequested
            ? "shutting down"
            : $"no answer within {settings.Deadline.TotalSeconds:F0} s{(faults.Length > 0 ? $": {faults}" : "")}";
        var answer = DnsAnswer.Failure(question.Name, question.Type, reason) with { TimeToLive = TimesToLive.Failure };
        cache.Add(question, answer);
        return answer;
    }
}
