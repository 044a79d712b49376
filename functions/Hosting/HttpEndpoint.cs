namespace Cloud.Functions.Hosting;

/// <summary>Answers what the host passes on: streamed both ways, with the caller's own path, method and headers.</summary>
sealed class HttpEndpoint(HttpFunction function, Services services, TimeProvider time)
{
    readonly IAuthorization authorization = function.Authorize(services);

    public async Task InvokeAsync(HttpContext http)
    {
        using var timer = new CancellationTokenSource(Deadlines.Http, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, http.RequestAborted);
        try
        {
            if (await authorization.RefusalAsync(http.Request, deadline.Token) is { } refusal)
            {
                Log.CallerRefused(services.Logger, function.Name, refusal.Reason, TraceId.Of(http));
                await RefuseAsync(http, refusal);
                return;
            }
            await function.RunAsync(services, http, deadline.Token);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone, and heard nothing.
        }
        catch (Exception e)
        {
            if (timer.IsCancellationRequested)
                Log.TimedOut(services.Logger, function.Name, Deadlines.Http, TraceId.Of(http));
            else
                Log.Failed(services.Logger, e, function.Name, TraceId.Of(http));
            await EndAsync(http);
        }
    }

    Task RefuseAsync(HttpContext http, CallerRefusal refusal)
    {
        if (refusal.IsKnown)
            return Answer.FailAsync(http, StatusCodes.Status403Forbidden, $"Not for you: {refusal.Reason}.");
        http.Response.Headers.WWWAuthenticate = authorization.Challenge;
        return Answer.FailAsync(http, StatusCodes.Status401Unauthorized, "Not for you.");
    }

    /// <summary>Half an answer must not look like a whole one.</summary>
    static async Task EndAsync(HttpContext http)
    {
        if (http.Response.HasStarted)
            http.Abort();
        else
            await Answer.FailAsync(http, StatusCodes.Status503ServiceUnavailable, "It failed; try again later.");
    }
}
