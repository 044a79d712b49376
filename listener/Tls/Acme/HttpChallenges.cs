using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Cloud.Listener.Tls.Acme;

/// <summary>HTTP-01 (RFC 8555 §8.3): the authority reads the proof from port 80 of each name.</summary>
public sealed class HttpChallenges : IChallengeResponder
{
    const string Prefix = "/.well-known/acme-challenge/";

    readonly ConcurrentDictionary<string, string> proofs = new(StringComparer.Ordinal);

    public string Type => "http-01";

    public TimeSpan Settling => TimeSpan.Zero;

    public ValueTask<IAsyncDisposable> PresentAsync(
        string name,
        string token,
        string keyAuthorization,
        CancellationToken cancel
    )
    {
        proofs[token] = keyAuthorization;
        return new(new Presented(proofs, token));
    }

    /// <summary>Whether it is the authority that asks.</summary>
    public static bool IsChallenge(HttpContext context) =>
        (context.Request.Path.Value ?? "").StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Answers the authority; everything else is not here.</summary>
    public Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        var known = path.StartsWith(Prefix, StringComparison.Ordinal) && HttpMethods.IsGet(context.Request.Method);
        if (!known || !proofs.TryGetValue(path[Prefix.Length..], out var proof))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }
        context.Response.ContentType = "application/octet-stream";
        return context.Response.Body.WriteAsync(Encoding.ASCII.GetBytes(proof), context.RequestAborted).AsTask();
    }

    sealed class Presented(ConcurrentDictionary<string, string> proofs, string token) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            proofs.TryRemove(token, out _);
            return ValueTask.CompletedTask;
        }
    }
}
