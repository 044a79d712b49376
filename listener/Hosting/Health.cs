using System.Text;
using Microsoft.AspNetCore.Http;

namespace Cloud.Listener.Hosting;

/// <summary>Answers those who watch over the process: <c>/health</c>, does it answer; <c>/ready</c>, may mail come.</summary>
/// <param name="checks">By name: what stands against being ready, or null.</param>
public sealed class Health(IReadOnlyList<(string Name, Func<string?> Fault)> checks)
{
    public const string LivePath = "/health";

    public const string ReadyPath = "/ready";

    /// <summary>One line each; empty when the process is ready.</summary>
    public IReadOnlyList<string> Faults() =>
        [
            .. checks
                .Select(check => (check.Name, Fault: check.Fault()))
                .Where(check => check.Fault is not null)
                .Select(check => $"{check.Name}: {check.Fault}"),
        ];

    public Task AnswerAsync(HttpContext context) =>
        context.Request.Path.Value switch
        {
            LivePath => SayAsync(context, StatusCodes.Status200OK, "ok"),
            ReadyPath when Faults() is { Count: > 0 } faults => SayAsync(
                context,
                StatusCodes.Status503ServiceUnavailable,
                string.Join('\n', faults)
            ),
            ReadyPath => SayAsync(context, StatusCodes.Status200OK, "ready"),
            _ => SayAsync(context, StatusCodes.Status404NotFound, $"{LivePath} or {ReadyPath}"),
        };

    static Task SayAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        var body = Encoding.UTF8.GetBytes($"{text}\n");
        context.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
