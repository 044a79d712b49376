using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Cloud.Cli.FunctionsHost;

/// <summary>Passes an HTTP function's calls on to the handler: path, method and headers as they came, streamed both ways.</summary>
/// <remarks>
/// Steps: 1. the key, where the function needs one; 2. a body of known length is read whole first, as the host's binding
/// does, and a chunked one is not; 3. the call goes out, tried again while nobody listens; 4. the answer is copied as it
/// comes. The handler's faults are the caller's to see: the invocation counts as a success.
/// </remarks>
sealed class HttpTrigger(
    HttpDefinition function,
    FunctionsHostOptions options,
    HostSettings host,
    Supervisor supervisor,
    ILogger logger
)
{
    /// <summary>The longest silence on either side.</summary>
    static readonly TimeSpan ActivityTimeout = TimeSpan.FromSeconds(240);

    const int ConnectTries = 10;
    static readonly TimeSpan FirstConnectPause = TimeSpan.FromMilliseconds(50);
    static readonly TimeSpan LongestConnectPause = TimeSpan.FromMilliseconds(250);

    readonly byte[] key = SHA256.HashData(Encoding.UTF8.GetBytes(options.Key));

    public async Task InvokeAsync(HttpContext http)
    {
        if (function.NeedsKey && !HasKey(http.Request)) // step 1
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }
        var invocation = new Guid(options.Entropy.Bytes(16));
        using var timer = new CancellationTokenSource(host.FunctionTimeout ?? Timeout.InfiniteTimeSpan, options.Time);
        using var activity = new CancellationTokenSource(ActivityTimeout, options.Time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(
            timer.Token,
            activity.Token,
            http.RequestAborted
        );
        try
        {
            await PassOnAsync(http, invocation, activity, deadline.Token);
        }
        catch (Exception e)
            when (e is HttpRequestException or IOException or FunctionsHostException or OperationCanceledException)
        {
            if (http.RequestAborted.IsCancellationRequested)
                return;
            var isLate = timer.IsCancellationRequested;
            if (isLate)
                Log.InvocationTimedOut(logger, function.Name, invocation);
            else
                Log.InvocationFailed(logger, function.Name, invocation, e.Message);
            if (isLate)
                supervisor.Restart();
            End(http, isLate || activity.IsCancellationRequested);
        }
    }

    static void End(HttpContext http, bool isLate)
    {
        if (http.Response.HasStarted)
            http.Abort(); // Half an answer must not look whole.
        else
            http.Response.StatusCode = isLate ? StatusCodes.Status504GatewayTimeout : StatusCodes.Status502BadGateway;
    }

    bool HasKey(HttpRequest request)
    {
        var given = request.Headers["x-functions-key"].FirstOrDefault() ?? request.Query["code"].FirstOrDefault();
        return given is not null
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), key);
    }

    async Task PassOnAsync(
        HttpContext http,
        Guid invocation,
        CancellationTokenSource activity,
        CancellationToken cancel
    )
    {
        if (http.Request.ContentLength > 0) // step 2
        {
            http.Request.EnableBuffering();
            await http.Request.Body.CopyToAsync(Stream.Null, cancel);
            http.Request.Body.Position = 0;
        }
        using var response = await SendAsync(http, invocation, activity, cancel); // step 3
        ProxyHeaders.CopyBack(response, http.Response);
        await http.Response.Body.FlushAsync(cancel); // step 4: the head need not wait for the first piece
        var body = await response.Content.ReadAsStreamAsync(cancel);
        await Streaming.CopyAsync(body, http.Response.Body, Touch, cancel);

        void Touch() => activity.CancelAfter(ActivityTimeout);
    }

    async Task<HttpResponseMessage> SendAsync(
        HttpContext http,
        Guid invocation,
        CancellationTokenSource activity,
        CancellationToken cancel
    )
    {
        var pause = FirstConnectPause;
        for (var tries = 1; ; tries++)
        {
            var handler = await supervisor.ReadyAsync(cancel);
            using var request = new HttpRequestMessage(
                new HttpMethod(http.Request.Method),
                new Uri(handler.Address, $"{http.Request.PathBase}{http.Request.Path}{http.Request.QueryString}")
            );
            ProxyHeaders.Copy(http.Request, request, () => activity.CancelAfter(ActivityTimeout));
            request.Headers.Remove(Invoker.VersionHeader);
            request.Headers.Remove(Invoker.InvocationHeader);
            request.Headers.Add(Invoker.VersionHeader, Invoker.Version);
            request.Headers.Add(Invoker.InvocationHeader, invocation.ToString());
            try
            {
                return await supervisor.Http.SendAsync(request, cancel);
            }
            catch (HttpRequestException e) when (e.InnerException is SocketException && tries < ConnectTries)
            {
                await Task.Delay(pause, options.Time, cancel);
                pause = pause * 2 < LongestConnectPause ? pause * 2 : LongestConnectPause;
            }
        }
    }
}
