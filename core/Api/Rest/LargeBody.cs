namespace Cloud.Api.Rest;

/// <summary>The body of one request, which may turn out to be large.</summary>
sealed class LargeBody(LargeBodies bodies, string key, TimeProvider time) : IDisposable
{
    /// <summary>For what of a body comes inside the turn: 16 MiB at 4.5 Mbit/s.</summary>
    static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    IDisposable? turn;
    bool isReading;

    CancellationTokenSource? Limit { get; set; }

    /// <summary>Waits for room, unless it is there already.</summary>
    /// <exception cref="ApiException">503: there was none for too long.</exception>
    public async ValueTask EnterAsync(CancellationToken cancel)
    {
        if (isReading)
            return;
        turn ??= await bodies.EnterAsync(key, cancel);
        isReading = true;
        Limit = new(Deadline, time);
    }

    /// <summary>Reads on, for as long as the turn lasts.</summary>
    /// <exception cref="ApiException">408: the body comes too slowly.</exception>
    public async ValueTask<int> ReadAsync(Stream body, Memory<byte> buffer, CancellationToken cancel)
    {
        if (Limit is not { } limit)
            return await body.ReadAsync(buffer, cancel);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            return await body.ReadAsync(buffer, either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested && limit.IsCancellationRequested)
        {
            throw new ApiException(
                ApiProblem.Of(
                    408,
                    "too-slow",
                    $"A large body comes within {Deadline.TotalSeconds:0} s; bring attachments before, by /uploads."
                )
            );
        }
    }

    /// <summary>It was read and parsed: others may read.</summary>
    public void Parsed()
    {
        if (!isReading)
            return;
        isReading = false;
        Limit?.Dispose();
        Limit = null;
        bodies.Leave();
    }

    /// <summary>The request is answered.</summary>
    public void Dispose()
    {
        Parsed();
        turn?.Dispose();
        turn = null;
    }
}
