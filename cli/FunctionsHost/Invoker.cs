using System.Net.Http.Headers;
using System.Text.Json;

namespace Cloud.Cli.FunctionsHost;

/// <summary>Calls the handler for a trigger that is not HTTP: <c>POST /Name</c>, and judges the answer as the host does.</summary>
sealed class Invoker(FunctionsHostOptions options, HostSettings host, Supervisor supervisor, ILogger logger)
{
    /// <summary>What the host calls itself; the newest one the contract was checked against.</summary>
    public const string Version = "4.1054.0.0";

    public const string VersionHeader = "X-Azure-Functions-HostVersion";
    public const string InvocationHeader = "X-Azure-Functions-InvocationId";

    /// <summary>Octets of an answer that are read; the handler's say little.</summary>
    const int LongestAnswer = 1024 * 1024;

    /// <returns>Whether the invocation succeeded.</returns>
    /// <exception cref="OperationCanceledException">The host is stopping.</exception>
    public async Task<bool> InvokeAsync(string function, byte[] body, CancellationToken cancel)
    {
        var invocation = new Guid(options.Entropy.Bytes(16));
        using var timer = new CancellationTokenSource(host.FunctionTimeout ?? Timeout.InfiniteTimeSpan, options.Time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
        try
        {
            var reason = await CallAsync(function, invocation, body, deadline.Token);
            if (reason is null)
                return true;
            Log.InvocationFailed(logger, function, invocation, reason);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or FunctionsHostException)
        {
            Log.InvocationFailed(logger, function, invocation, e.Message);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            Log.InvocationTimedOut(logger, function, invocation);
            supervisor.Restart();
        }
        return false;
    }

    /// <returns>Null, or why it failed.</returns>
    async Task<string?> CallAsync(string function, Guid invocation, byte[] body, CancellationToken cancel)
    {
        var handler = await supervisor.ReadyAsync(cancel);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(handler.Address, $"/{function}"))
        {
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        request.Headers.Add(VersionHeader, Version);
        request.Headers.Add(InvocationHeader, invocation.ToString());
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Azure-Functions-Host", Version));

        using var response = await supervisor.Http.SendAsync(request, cancel);
        if (!response.IsSuccessStatusCode)
            return $"the handler answered {(int)response.StatusCode}";
        await response.Content.LoadIntoBufferAsync(LongestAnswer, cancel);
        var answer = await response.Content.ReadAsByteArrayAsync(cancel);
        if (response.Content.Headers.ContentType?.MediaType is not ("application/json" or "text/json"))
            return "Invalid HttpResponseMessage: not JSON";
        if (answer.Length == 0 || answer.AsSpan().SequenceEqual("null"u8))
            await Task.Delay(Timeout.InfiniteTimeSpan, options.Time, cancel); // As the host: it waits for ever.
        return Judge(function, answer);
    }

    string? Judge(string function, byte[] answer)
    {
        try
        {
            using var json = JsonDocument.Parse(answer);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                return "Invalid HttpResponseMessage: no JSON object";
            foreach (var member in json.RootElement.EnumerateObject())
            {
                if (!member.Name.Equals("Logs", StringComparison.OrdinalIgnoreCase))
                    continue;
                foreach (var line in member.Value.EnumerateArray())
                    Log.FunctionSaid(logger, function, line.ToString());
            }
            return null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return $"Invalid HttpResponseMessage: {e.Message}";
        }
    }
}
