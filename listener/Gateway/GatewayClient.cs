using System.Globalization;
using Cloud.Api.Gateway.Wire;
using Cloud.Store;
using Cloud.Store.Ports;
using Cloud.Wire;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Gateway;

/// <summary>Asks the Functions app, and asks again where that does no harm.</summary>
/// <remarks>
/// A call: 1. fails at once while the breaker is open; 2. waits for its turn; 3. is tried, each try with its share of
/// the time; 4. is tried again after a pause if it surely never arrived, or if repeating does nothing twice.
/// Whatever goes wrong becomes a <see cref="StoreException"/>.
/// </remarks>
sealed class GatewayClient : IDisposable
{
    static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);

    readonly HttpGatewayOptions options;
    readonly HttpMessageInvoker http;
    readonly TimeProvider time;
    readonly Entropy entropy;
    readonly ILogger logger;
    readonly CircuitBreaker breaker;
    readonly Turns turns;

    public GatewayClient(
        HttpGatewayOptions how,
        HttpMessageHandler handler,
        TimeProvider clock,
        Entropy random,
        ILogger log
    )
    {
        (options, time, entropy, logger) = (how, clock, random, log);
        http = new(handler);
        breaker = new(options.BreakAfter, options.BreakFor, time);
        turns = new(options.InFlight, options.Waiting, options.Turn, time);
    }

    /// <summary>False while calls fail at once because too many before them did.</summary>
    public bool IsReachable => !breaker.IsOpen;

    public ValueTask<TAnswer> AskAsync<TRequest, TAnswer>(
        Operation<TRequest, TAnswer> operation,
        TRequest request,
        CancellationToken cancel
    ) => AskAsync(operation, _ => request, null, null, cancel);

    /// <param name="request">Makes the request, told whether it is a repetition.</param>
    /// <param name="transaction">Whose trace it belongs to.</param>
    /// <param name="uncertain">Called when a try may have been done although it brought no answer.</param>
    public async ValueTask<TAnswer> AskAsync<TRequest, TAnswer>(
        Operation<TRequest, TAnswer> operation,
        Func<bool, TRequest> request,
        TransactionId? transaction,
        Action? uncertain,
        CancellationToken cancel
    )
    {
        var began = time.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            var left = operation.Budget - time.GetElapsedTime(began);
            var call = new Call(operation.Name, transaction, Share(left, operation.IsRepeatable && tries == 1));
            StoreException fault;
            try
            {
                return await TryAsync(operation, request(tries > 1), call, cancel);
            }
            catch (StoreException e)
            {
                fault = e;
            }
            if ((fault as GatewayFault)?.Arrival != Arrival.Never)
                uncertain?.Invoke();
            var pause = Pause(tries, fault);
            var isOver = tries == options.Tries || time.GetElapsedTime(began) + pause >= operation.Budget;
            if (isOver || !MayRepeat(operation.IsRepeatable, fault))
                throw fault;
            Log.Retrying(logger, operation.Name, tries, call.Trace(entropy), fault.Message);
            await Task.Delay(pause, time, cancel);
        }
    }

    /// <summary>A try's share: enough is kept for another one where there may be one.</summary>
    static TimeSpan Share(TimeSpan left, bool mayRepeat)
    {
        var share = mayRepeat ? left * 0.6 : left;
        return share > ShortestPause ? share : ShortestPause;
    }

    static bool MayRepeat(bool isRepeatable, StoreException fault) =>
        fault switch
        {
            GatewayFault { IsFinal: true } => false,
            GatewayFault { Arrival: Arrival.Never } => true,
            Store.Accounts.AccountMissingException or StoreFullException => false,
            _ => isRepeatable,
        };

    /// <summary>Doubles with each try; half of it is left to chance, so that those who failed together part.</summary>
    TimeSpan Pause(int tries, StoreException fault)
    {
        var pause = ShortestPause * (1 << Math.Min(tries - 1, 8));
        pause = pause < LongestPause ? pause : LongestPause;
        var jittered = pause / 2 + pause / 2 * (entropy.Next64() % 1024 / 1024.0);
        return (fault as GatewayFault)?.RetryAfter is { } asked && asked > jittered ? asked : jittered;
    }

    ValueTask<TAnswer> TryAsync<TRequest, TAnswer>(
        Operation<TRequest, TAnswer> operation,
        TRequest request,
        Call call,
        CancellationToken cancel
    )
    {
        var content = new ChunkedContent(operation.Request.Encode(request), operation.Request.ContentType);
        async ValueTask<TAnswer> ExchangeAsync(CancellationToken given)
        {
            using var response = await SendAsync(call, content, given);
            return await Answers.ReadAsync(response, operation.Answer, given);
        }
        return InTurnAsync(() => GuardAsync(call, ExchangeAsync, cancel), cancel);
    }

    /// <summary>Sends a request and waits for the head of its answer, whose body the caller reads.</summary>
    /// <exception cref="StoreException">It is no 200.</exception>
    public async Task<HttpResponseMessage> SendAsync(Call call, HttpContent content, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(options.Address, call.Path));
        var now = (long)(time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMilliseconds;
        request.Headers.Add(WireFormat.VersionHeader, WireFormat.Version);
        request.Headers.Add(WireFormat.SentHeader, now.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(WireFormat.BudgetHeader, call.Budget.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(WireFormat.TraceHeader, call.Trace(entropy));
        request.Headers.TransferEncodingChunked = true;
        request.Content = content;
        var response = await http.SendAsync(request, cancel);
        if (response.StatusCode == System.Net.HttpStatusCode.OK)
            return response;
        using (response)
            throw await Answers.FaultAsync(response, time, cancel);
    }

    /// <summary>Runs a call's exchange if the breaker lets it, and tells the breaker how it ended.</summary>
    public ValueTask<T> GuardAsync<T>(
        Call call,
        Func<CancellationToken, ValueTask<T>> exchange,
        CancellationToken cancel
    ) => WatchAsync(call, exchange, Enter(), isAnswer: true, cancel);

    /// <summary>The same for the beginning of an exchange that goes on: nothing is answered yet.</summary>
    public ValueTask<T> BeginAsync<T>(
        Call call,
        Func<CancellationToken, ValueTask<T>> beginning,
        CancellationToken cancel
    ) => WatchAsync(call, beginning, Enter(), isAnswer: false, cancel);

    /// <summary>A further part of an exchange that has begun.</summary>
    /// <param name="isAnswer">Whether the other end's answer is its result.</param>
    public ValueTask<T> GoOnAsync<T>(
        Call call,
        Func<CancellationToken, ValueTask<T>> part,
        bool isAnswer,
        CancellationToken cancel
    ) => WatchAsync(call, part, isProbe: false, isAnswer, cancel);

    /// <returns>Whether the call is a probe.</returns>
    bool Enter() =>
        breaker.TryEnter(out var isProbe)
            ? isProbe
            : throw GatewayFault.Refused("The gateway does not answer; it is tried again soon");

    async ValueTask<T> WatchAsync<T>(
        Call call,
        Func<CancellationToken, ValueTask<T>> exchange,
        bool isProbe,
        bool isAnswer,
        CancellationToken cancel
    )
    {
        try
        {
            var result = await TranslateAsync(call, exchange, cancel);
            if (isAnswer)
                Answered();
            else
                breaker.ToldNothing(isProbe);
            return result;
        }
        catch (GatewayFault e) when (!e.IsAnswer)
        {
            if (breaker.Failed(isProbe))
                Log.BreakerOpens(logger, options.BreakFor.TotalSeconds, e.Message);
            throw;
        }
        catch (StoreException)
        {
            Answered(); // by its own words: the store failed, or the call is none
            throw;
        }
        catch (Exception)
        {
            breaker.ToldNothing(isProbe);
            throw;
        }
    }

    /// <summary>Runs an exchange, or a part of one, under its deadline, and turns what goes wrong into a fault.</summary>
    public async ValueTask<T> TranslateAsync<T>(
        Call call,
        Func<CancellationToken, ValueTask<T>> exchange,
        CancellationToken cancel
    )
    {
        using var late = new CancellationTokenSource(call.Wait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        try
        {
            return await exchange(either.Token);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new GatewayFault($"The gateway did not answer {call.Name} in time", Arrival.Perhaps, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or WireException or ObjectDisposedException)
        {
            throw new GatewayFault($"The gateway did not answer {call.Name}: {e.Message}", Answers.ArrivalOf(e), e);
        }
    }

    /// <summary>Waits for a turn, and gives it back after the work.</summary>
    public async ValueTask<T> InTurnAsync<T>(Func<ValueTask<T>> work, CancellationToken cancel)
    {
        await turns.TakeAsync(cancel);
        try
        {
            return await work();
        }
        finally
        {
            turns.GiveBack();
        }
    }

    void Answered()
    {
        if (breaker.Succeeded())
            Log.BreakerCloses(logger);
    }

    public void Dispose()
    {
        http.Dispose();
        turns.Dispose();
    }
}
