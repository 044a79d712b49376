using System.Net;
using Cloud.Api.Gateway;
using Cloud.Api.Rest;
using Cloud.Functions.Hosting;
using Microsoft.AspNetCore.Http.Features;

namespace Cloud.Functions.Api;

/// <summary>The API's calls and answers as HTTP.</summary>
static class ApiHttp
{
    public static readonly IReadOnlyList<string> Methods =
    [
        HttpMethods.Get,
        HttpMethods.Head,
        HttpMethods.Post,
        HttpMethods.Put,
        HttpMethods.Patch,
        HttpMethods.Delete,
    ];

    public static async ValueTask AnswerAsync(Services services, HttpContext http, CancellationToken cancel)
    {
        var asked = http.Request;
        var request = new ApiRequest(
            asked.Method,
            http.Features.Get<IHttpRequestFeature>()!.RawTarget,
            name => asked.Headers.TryGetValue(name, out var values) ? values.ToString() : null,
            asked.Body,
            ClientOf(asked)
        );
        await using var answer = await services.Api.Value.AnswerAsync(request, cancel);
        if (answer.Fault is { } fault)
            services.LogFault(fault, "Api", http);
        var response = http.Response;
        (response.StatusCode, response.ContentLength) = (answer.Status, answer.Length);
        foreach (var (name, value) in answer.Headers)
            response.Headers.Append(name, value);
        if (!HttpMethods.IsHead(asked.Method))
            await answer.WriteAsync(response.Body, cancel);
    }

    /// <summary>The front end adds whom it sees at the end, often with the port; what is before it, anybody may have written.</summary>
    static IPAddress ClientOf(HttpRequest request)
    {
        var last = request.Headers["X-Forwarded-For"].ToString().Split(',')[^1].Trim();
        if (IPAddress.TryParse(last, out var address))
            return address;
        return IPEndPoint.TryParse(last, out var endpoint) ? endpoint.Address : ClientAddress.Unknown;
    }
}
