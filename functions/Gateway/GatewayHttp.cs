using Cloud.Api.Gateway.Wire;
using Cloud.Functions.Hosting;

namespace Cloud.Functions.Gateway;

/// <summary>The gateway's calls and answers as HTTP.</summary>
static class GatewayHttp
{
    public const string Route = $"gateway/{{{Operation}}}";

    const string Operation = "operation";

    public static ValueTask<GatewayAnswer> AskAsync(
        this GatewayService gateway,
        HttpRequest request,
        CancellationToken cancel
    ) => gateway.AnswerAsync(OperationOf(request), name => request.Headers[name], request.Body, cancel);

    /// <summary>Sends the answer and is done with it; a fault of ours behind it goes to the log.</summary>
    public static async ValueTask SendAsync(
        this Services services,
        GatewayAnswer answer,
        HttpContext http,
        CancellationToken cancel
    )
    {
        await using var sent = answer;
        if (answer.Fault is { } fault)
            services.LogFault(fault, $"Gateway/{OperationOf(http.Request)}", http);
        var response = http.Response;
        (response.StatusCode, response.ContentType) = (answer.Status, answer.ContentType);
        await answer.WriteAsync(response.Body, cancel);
    }

    static string OperationOf(HttpRequest request) => (string)request.RouteValues[Operation]!;
}
