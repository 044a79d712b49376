using System.Text;
using Microsoft.AspNetCore.Http;

namespace Cloud.Listener.Hosting;

/// <summary>Answers those who watch over the process: <c>/health</c>, does it answer; <c>/ready</c>, may mail come.</summary>
/// <param name="checks">By name: what stands against being ready, or null.</param>
/// <param name="notes">By name: what somebody should see to although mail may come, or null.</param>
public sealed class Health(
    IReadOnlyList<(string Name, Func<Task<string?>> FaultAsync)> checks,
    IReadOnlyList<(string Name, Func<string?> Note)> notes
)
{
    public const string LivePath = "/health";

    public const string ReadyPath = "/ready";

    public Task AnswerAsync(HttpContext context) =>
        context.Request.Path.Value switch
        {
            LivePath => SayAsync(context, StatusCodes.Status200OK, "ok"),
            ReadyPath => SayReadyAsync(context),
            _ => SayAsync(context, StatusCodes.Status404NotFound, $"{LivePath} or {ReadyPath}"),
        };

    async Task SayReadyAsync(HttpContext context)
    {
        var lines = new List<string>();
        foreach (var (name, faultAsync) in checks)
        {
            if (await faultAsync() is { } fault)
                lines.Add($"{name}: {fault}");
        }
        var status = lines.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        if (lines.Count == 0)
            lines.Add("ready");
        foreach (var (name, note) in notes)
        {
            if (note() is { } text)
                lines.Add($"{name}: {text}");
        }
        await SayAsync(context, status, string.Join('\n', lines));
    }

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
