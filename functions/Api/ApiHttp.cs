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
            ClientOf(services.Api.Value, asked)
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

    /// <summary>The front end adds whom it sees at the end: that is the peer, perhaps a proxy of ours.</summary>
    static IPAddress ClientOf(RestApi api, HttpRequest request)
    {
        var header = request.Headers["X-Forwarded-For"].ToString();
        var last = header.LastIndexOf(',');
        return api.ClientOf(
            ForwardedClient.Read(header[(last + 1)..]) ?? ClientAddress.Unknown,
            last < 0 ? null : header[..last]
        );
    }
}
