namespace Cloud.Cli.FunctionsHost;

/// <summary>Keeps one handler alive, by the host's rules.</summary>
/// <remarks>
/// Exit code 0: never started again. 200: started again. Any other: started again, and after
/// <see cref="MaxErrors"/> of them the host itself stops; <see cref="ErrorsForgotten"/> without one forgets them.
/// </remarks>
sealed class Supervisor(FunctionsHostOptions options, HostSettings host, ILogger logger) : IAsyncDisposable
{
    public const int MaxErrors = 3;

    const int RestartMe = 200;

    static readonly TimeSpan ErrorsForgotten = TimeSpan.FromMinutes(30);

    readonly CancellationTokenSource stop = new();
    readonly Lock gate = new();
    TaskCompletionSource<HandlerProcess> ready = Waiting();
    TaskCompletionSource restart = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int errors;
    DateTimeOffset lastError;

    /// <summary>To the handler and nobody else: no proxy, no redirects, no headers of our own.</summary>
    public HttpMessageInvoker Http { get; } =
        new(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                UseProxy = false,
                ActivityHeadersPropagator = null,
                ConnectTimeout = TimeSpan.FromSeconds(5),
            }
        );

    /// <summary>Ends when stopped; fails when the host must stop.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    public void Start() => Completion = RunAsync(stop.Token);

    /// <summary>The handler that lives, waiting for it while it is being started.</summary>
    /// <exception cref="FunctionsHostException">There is none, and none will come.</exception>
    public Task<HandlerProcess> ReadyAsync(CancellationToken cancel)
    {
        lock (gate)
            return ready.Task.WaitAsync(cancel);
    }

    /// <summary>Kills the handler, with every invocation in it, and starts another: an invocation ran out of time.</summary>
    public void Restart()
    {
        lock (gate)
            restart.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Http.Dispose();
        stop.Dispose();
    }

    async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            while (await LiveAsync(cancel)) { }
            Log.EndedWithZero(logger);
            Fail("The handler has ended with 0");
            await Task.Delay(Timeout.InfiniteTimeSpan, options.Time, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            Fail("The host is stopping");
        }
        catch (FunctionsHostException e)
        {
            Fail(e.Message);
            throw;
        }
    }

    /// <returns>False when it must not be started again.</returns>
    async Task<bool> LiveAsync(CancellationToken cancel)
    {
        await using var handler = HandlerProcess.Start(options, host, logger);
        if (!await handler.IsReadyAsync(Http, host.InitializationTimeout, cancel))
        {
            if (handler.Exited.IsCompleted)
                return Count(await handler.Exited);
            Log.NotReady(logger, host.InitializationTimeout);
            CountError("The handler does not answer");
            return true;
        }
        Log.Ready(logger, handler.Address, handler.Id);
        Task killed;
        lock (gate)
        {
            restart = new(TaskCreationOptions.RunContinuationsAsynchronously);
            killed = restart.Task;
            ready.SetResult(handler);
        }
        try
        {
            var ended = await Task.WhenAny(handler.Exited, killed).WaitAsync(cancel);
            return ended == killed || Count(await handler.Exited);
        }
        finally
        {
            lock (gate)
                ready = Waiting();
        }
    }

    bool Count(int code)
    {
        if (code == 0)
            return false;
        if (code == RestartMe)
            return true;
        Log.Ended(logger, code);
        CountError($"The handler has ended with {code}");
        return true;
    }

    void CountError(string reason)
    {
        var now = options.Time.GetUtcNow();
        errors = now - lastError > ErrorsForgotten ? 1 : errors + 1;
        lastError = now;
        if (errors >= MaxErrors)
            throw new FunctionsHostException($"{reason}, {errors} times now");
    }

    void Fail(string reason)
    {
        lock (gate)
        {
            if (ready.Task.IsCompleted)
                ready = Waiting();
            ready.SetException(new FunctionsHostException(reason));
            _ = ready.Task.Exception; // Nobody need be waiting.
        }
    }

    static TaskCompletionSource<HandlerProcess> Waiting() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
