using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;

namespace Cloud.Functions.Hosting;

/// <summary>Answers the host's calls of a queue or timer function: <c>POST /Name</c>.</summary>
/// <remarks>Any answer but 200 fails the invocation: a queue message shows again, a timer waits for its next time.</remarks>
sealed class TriggerEndpoint(TriggerFunction function, Services services, TimeProvider time)
{
    /// <summary>Octets of a call: a queue message has 64 KiB, encoded twice, and its metadata may hold it once more.</summary>
    const int LargestCall = 1024 * 1024;

    public async Task InvokeAsync(HttpContext http)
    {
        if (!HostCall.IsFromHost(http.Request))
        {
            Log.NotFromHost(services.Logger, function.Name, http.Request.Method, TraceId.Of(http));
            await Answer.FailAsync(http, StatusCodes.Status404NotFound, "There is nothing here.");
            return;
        }
        http.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = LargestCall;
        using var timer = new CancellationTokenSource(function.Deadline, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, http.RequestAborted);
        try
        {
            var line = await RunAsync(http.Request, deadline.Token);
            await Answer.OkAsync(http, line);
        }
        catch (Exception e) when (e is JsonException or BadHttpRequestException)
        {
            Log.Unreadable(services.Logger, function.Name, e.Message, TraceId.Of(http));
            await Answer.FailAsync(http, StatusCodes.Status400BadRequest, "The call cannot be read.");
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The host has gone; the message shows again by itself.
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested)
        {
            Log.TimedOut(services.Logger, function.Name, function.Deadline, TraceId.Of(http));
            await Answer.FailAsync(http, StatusCodes.Status500InternalServerError, "Out of time.");
        }
        catch (Exception e)
        {
            Log.Failed(services.Logger, e, function.Name, TraceId.Of(http));
            await Answer.FailAsync(http, StatusCodes.Status500InternalServerError, "It failed; see the log.");
        }
    }

    async ValueTask<string?> RunAsync(HttpRequest request, CancellationToken cancel)
    {
        var type = InvocationJson.Default.Invocation;
        var invocation =
            await JsonSerializer.DeserializeAsync(request.Body, type, cancel) ?? throw new JsonException("It is null");
        switch (function)
        {
            case QueueFunction queue:
                await queue.RunAsync(services, Payload.Decode(invocation.Value), cancel);
                return null;
            case TimerFunction timer: // Whether it is past due makes no difference to any.
                return await timer.RunAsync(services, cancel);
            default:
                throw new InvalidOperationException($"{function.Name} is of no known kind");
        }
    }
}
