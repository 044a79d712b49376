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

    /// <summary>Of them for one key: slow servers of one leave room for others'.</summary>
    const int OfOneKey = 2;

    readonly KeyTurns turns = new(OfOneKey);

    internal IResolver Resolver => resolver;

    internal bool AllowsClear => allowsClear;

    internal HttpClient Http { get; } = new(handler) { Timeout = Timeout.InfiniteTimeSpan };

    SemaphoreSlim Room { get; } = new(AtATime, AtATime);

    /// <summary>Waits until a file may be fetched for a key.</summary>
    /// <returns>Disposed when it was fetched.</returns>
    internal async ValueTask<IDisposable> EnterAsync(string key, CancellationToken cancel)
    {
        var turn = await turns.WaitAsync(key, cancel);
        try
        {
            await Room.WaitAsync(cancel);
            return new Entry(Room, turn);
        }
        catch
        {
            turn.Dispose();
            throw;
        }
    }

    sealed class Entry(SemaphoreSlim room, IDisposable turn) : IDisposable
    {
        public void Dispose()
        {
            room.Release();
            turn.Dispose();
        }
    }

    /// <summary>As webhooks are sent.</summary>
    public static ApiWeb Open(DnsSettings dns, HookOptions hooks, TimeProvider time, Entropy entropy, ILogger logger)
    {
        var resolver = new Resolver(dns, time, entropy, logger);
        return new(resolver, new GuardedConnect(resolver, hooks.Allowed).Handler(), hooks.AllowPrivate);
    }
}
