using System.Net;
using Microsoft.Extensions.Primitives;

namespace Cloud.Functions.Hosting;

/// <summary>Tells the host's own calls from those it passes on for the public.</summary>
/// <remarks>
/// What protects trigger paths is the host's routing: it passes on only what matches a function's route, and all of those
/// begin with <see cref="Handler.RoutePrefix"/>, so <c>POST /Inbound</c> from outside is a 404 before it gets here. This is
/// the second line, for the day a route is a wildcard or a host differs. A call of the host's own comes over loopback, is
/// addressed to 127.0.0.1 and our port (a passed-on one bears the app's public name, by which the front end found the
/// app), carries the host's User-Agent and an invocation id, is JSON, and has nothing that a front end adds on the way.
/// Its limits: none of it is a secret. The contract gives the handler none, so whoever runs code on the instance itself
/// can forge a call; he could read the storage's key there, too.
/// </remarks>
static class HostCall
{
    public const string InvocationId = "X-Azure-Functions-InvocationId";

    const string HostAgent = "Azure-Functions-Host/";

    /// <summary>What front ends, proxies and callers with a key add.</summary>
    static readonly string[] OfPublicCalls =
    [
        "Forwarded",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Original-URL",
        "X-ARR-LOG-ID",
        "X-ARR-SSL",
        "X-Azure-FDID",
        "Client-IP",
        "DISGUISED-HOST",
        "X-SITE-DEPLOYMENT-ID",
        "WAS-DEFAULT-HOSTNAME",
        "Via",
        "Origin",
        "Cookie",
        "Authorization",
        KeyAuthorization.Header,
    ];

    public static bool IsFromHost(HttpRequest request)
    {
        var headers = request.Headers;
        return IsLoopback(request.HttpContext.Connection)
            && request.Host.Host == "127.0.0.1"
            && request.Host.Port == request.HttpContext.Connection.LocalPort
            && !request.QueryString.HasValue
            && Guid.TryParse(One(headers[InvocationId]), out _)
            && One(headers.UserAgent)?.StartsWith(HostAgent, StringComparison.Ordinal) == true
            && One(headers.ContentType)?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) == true
            && !Array.Exists(OfPublicCalls, headers.ContainsKey);
    }

    static bool IsLoopback(ConnectionInfo connection) =>
        connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address);

    static string? One(StringValues values) => values.Count == 1 ? values[0] : null;
}
