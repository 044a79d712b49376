namespace Cloud.Api.Rest;

/// <summary>Room for large JSON: it is held in memory with all that is made of it, so few of them are at a time.</summary>
/// <remarks>
/// Two turns are taken once more has come than a small request has: the key's own, which it has until its request is
/// answered, and one of all, until the body was read and parsed. So a key holds the memory of one, and nobody's slowness,
/// of the line or of what is linked, keeps others waiting for long.
/// </remarks>
/// <param name="most">Read at a time.</param>
sealed class LargeBodies(int most, TimeProvider time)
{
    /// <summary>How long a request waits for its turn: less than the timeout of any client.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    readonly KeyTurns keys = new(1);

    SemaphoreSlim Room { get; } = new(most, most);

    /// <param name="key">Whose request it is.</param>
    public LargeBody Of(string key) => new(this, key, time);

    /// <summary>Waits for both turns.</summary>
    /// <returns>The key's own; the other one is over with <see cref="Leave"/>.</returns>
    /// <exception cref="ApiException">503: there was none for too long.</exception>
    public async ValueTask<IDisposable> EnterAsync(string key, CancellationToken cancel)
    {
        using var timer = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
        IDisposable? turn = null;
        try
        {
            turn = await keys.WaitAsync(key, either.Token);
            await Room.WaitAsync(either.Token);
            return turn;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            turn?.Dispose();
            throw new ApiException(
                ApiProblem.Of(503, "busy", "Too many large requests are being done at this moment; try again.")
            )
            {
                RetryAfter = RetryAfter,
            };
        }
        catch
        {
            turn?.Dispose();
            throw;
        }
    }

    public void Leave() => Room.Release();
}
