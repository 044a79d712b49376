using Cloud.Api.Gateway;
using Cloud.Api.Rest;
using Microsoft.AspNetCore.Http.Features;

namespace Cloud.Cli.Control;

/// <summary>The API on a port of this process.</summary>
/// <param name="caller">Who asks on this port; null where each has to say it with a key.</param>
sealed class ApiEndpoint(RestApi api, Caller? caller, ILoggerFactory loggers)
{
    readonly ILogger logger = loggers.CreateLogger<RestApi>();

    public void Map(WebApplication application) => application.Map($"{RestApi.Prefix}/{{**path}}", AnswerAsync);

    async Task AnswerAsync(HttpContext http)
    {
        // What a route takes, it counts itself.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        var cancel = http.RequestAborted;
        var request = RequestOf(http);
        await using var answer = caller is null
            ? await api.AnswerAsync(request, cancel)
            : await api.AnswerAsync(request, caller, cancel);
        if (answer.Fault is { } fault)
            Log.ApiFailed(logger, fault, http.Request.Method, http.TraceIdentifier);
        var response = http.Response;
        (response.StatusCode, response.ContentLength) = (answer.Status, answer.Length);
        foreach (var (name, value) in answer.Headers)
            response.Headers.Append(name, value);
        if (HttpMethods.IsHead(request.Method))
            return;
        try
        {
            await answer.WriteAsync(response.Body, cancel);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Log.ApiFailed(logger, e, http.Request.Method, http.TraceIdentifier);
            http.Abort(); // half an answer must not look like a whole one
        }
    }

    ApiRequest RequestOf(HttpContext http) =>
        new(
            http.Request.Method,
            http.Features.Get<IHttpRequestFeature>()!.RawTarget,
            name => http.Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null,
            http.Request.Body,
            api.ClientOf(
                http.Connection.RemoteIpAddress ?? ClientAddress.Unknown,
                http.Request.Headers["X-Forwarded-For"]
            )
        );
}
