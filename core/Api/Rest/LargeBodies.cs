using System.Globalization;

namespace Cloud.Api.Rest;

/// <summary>Room for large JSON: it is held in memory with all that is made of it, so few of them are at a time.</summary>
sealed class LargeBodies(int most, TimeProvider time)
{
    /// <summary>How long a request waits for its turn: less than the timeout of any client.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    SemaphoreSlim Room { get; } = new(most, most);

    /// <summary>Waits for room, if the request may need it.</summary>
    /// <returns>Disposed when the request is answered; null where none is needed.</returns>
    /// <exception cref="ApiException">503: there was none for too long.</exception>
    public async ValueTask<IDisposable?> EnterAsync(ApiRequest request, Route route, CancellationToken cancel)
    {
        if (route.Request is null || route.MaxBody <= ApiLimits.Body || IsSmall(request))
            return null;
        using var timer = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
        try
        {
            await Room.WaitAsync(either.Token);
            return new Turn(Room);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new ApiException(
                ApiProblem.Of(503, "busy", "Too many large requests are being done at this moment; try again.")
            )
            {
                RetryAfter = RetryAfter,
            };
        }
    }

    /// <summary>Who does not say how long the body is may send any.</summary>
    static bool IsSmall(ApiRequest request) =>
        long.TryParse(request.Header("Content-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
        && length <= ApiLimits.Body;

    sealed class Turn(SemaphoreSlim room) : IDisposable
    {
        public void Dispose() => room.Release();
    }
}
