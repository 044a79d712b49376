using Cloud.Functions.Hosting;

namespace Cloud.Functions.Gateway;

/// <summary><c>POST api/gateway/{operation}</c>: one transaction of a listener.</summary>
static class GatewayFunction
{
    const string Operation = "operation";

    public static readonly HttpFunction Function = new(
        "Gateway",
        HttpMethods.Post,
        $"gateway/{{{Operation}}}",
        services => services.GatewayCallers,
        AnswerAsync
    );

    static async ValueTask AnswerAsync(Services services, HttpContext http, CancellationToken cancel)
    {
        var (request, response) = (http.Request, http.Response);
        var operation = (string)request.RouteValues[Operation]!;
        await using var answer = await services.Gateway.AnswerAsync(
            operation,
            name => request.Headers[name],
            request.Body,
            cancel
        );
        if (answer.Fault is { } fault)
            services.LogFault(fault, $"Gateway/{operation}", http);
        (response.StatusCode, response.ContentType) = (answer.Status, answer.ContentType);
        await answer.WriteAsync(response.Body, cancel);
    }
}
