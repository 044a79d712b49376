using System.Net.Http;
using Cloud.Dns;
using Cloud.Flow.Hooks;
using Cloud.Store.Ports;
using Cloud.Wire.Http;
using Microsoft.Extensions.Logging;

namespace Cloud.Api.Rest;

/// <summary>Whom the API asks in the world: name servers, and those whose files are to be attached.</summary>
/// <param name="resolver">Who knows the names.</param>
/// <param name="handler">
/// Fetches; it must connect to public addresses only and follow nothing: <see cref="GuardedConnect.Handler"/> is made so.
/// </param>
/// <param name="allowsClear">Links may be without TLS: for development alone.</param>
public sealed class ApiWeb(IResolver resolver, HttpMessageHandler handler, bool allowsClear = false)
{
    /// <summary>Files fetched at a time in one process: each takes a connection and a file.</summary>
    const int AtATime = 8;

    internal IResolver Resolver => resolver;

    internal bool AllowsClear => allowsClear;

    internal HttpClient Http { get; } = new(handler) { Timeout = Timeout.InfiniteTimeSpan };

    internal SemaphoreSlim Turns { get; } = new(AtATime, AtATime);

    /// <summary>As webhooks are sent.</summary>
    public static ApiWeb Open(DnsSettings dns, HookOptions hooks, TimeProvider time, Entropy entropy, ILogger logger)
    {
        var resolver = new Resolver(dns, time, entropy, logger);
        return new(resolver, new GuardedConnect(resolver, hooks.Allowed).Handler(), hooks.AllowPrivate);
    }
}
