using Cloud.Api.WellKnown;
using Microsoft.AspNetCore.Http;

namespace Cloud.Listener.Hosting;

/// <summary>Answers HTTP with the pages of our domains.</summary>
public sealed class WebPages(WellKnownPages pages)
{
    public async Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        var cancel = context.RequestAborted;
        var asked = new PageRequest(
            request.Method,
            request.Host.Host,
            request.Path.Value ?? "",
            request.Query["emailaddress"],
            request.Method == HttpMethods.Post ? await BodyAsync(request, cancel) : default,
            request.IsHttps
        );
        var page = await pages.AnswerAsync(asked, cancel);
        response.StatusCode = page.Status;
        response.ContentType = page.Type;
        response.ContentLength = page.Body.Length;
        response.Headers.XContentTypeOptions = "nosniff";
        if (!HttpMethods.IsHead(request.Method))
            await response.Body.WriteAsync(page.Body, cancel);
    }

    /// <summary>All of it, or nothing where it is more than anybody has to say here.</summary>
    static async Task<ReadOnlyMemory<byte>> BodyAsync(HttpRequest request, CancellationToken cancel)
    {
        var body = new byte[ClientSettings.MaxQuestion + 1];
        var length = await request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancel);
        return length == body.Length ? default : body.AsMemory(0, length);
    }
}
