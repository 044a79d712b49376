using Cloud.Dns;

namespace Cloud.Trust.Client;

/// <summary>The questions of one check: what is not answered in its time, or its asker's, is a temporary failure.</summary>
sealed class TimedQuestions : IDisposable
{
    readonly IResolver resolver;
    readonly CancellationTokenSource time;
    readonly CancellationTokenSource either;
    readonly CancellationToken ends;

    public TimedQuestions(IResolver resolver, TimeProvider clock, TimeSpan timeout, CancellationToken cancel)
    {
        this.resolver = resolver;
        time = new(timeout, clock);
        either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancel);
        ends = either.Token;
    }

    public async Task<DnsAnswer> AskAsync(DnsName name, RecordType type)
    {
        // A resolver that has the answer at hand need not look at the token.
        if (ends.IsCancellationRequested)
            return DnsAnswer.Failure(name, type, "out of time");
        try
        {
            return await resolver.QueryAsync(name, type, ends);
        }
        catch (OperationCanceledException)
        {
            return DnsAnswer.Failure(name, type, "out of time");
        }
    }

    /// <summary>Ends what is still being asked.</summary>
    public void Dispose()
    {
        either.Cancel();
        either.Dispose();
        time.Dispose();
    }
}
