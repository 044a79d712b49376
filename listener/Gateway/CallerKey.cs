using System.Net.Http.Headers;

namespace Cloud.Listener.Gateway;

/// <summary>Proves to the Functions app who calls: by a function key or by a token.</summary>
public sealed class CallerKey : DelegatingHandler
{
    /// <summary>The header in which Azure Functions expects a key.</summary>
    const string KeyHeader = "x-functions-key";

    readonly Func<HttpRequestMessage, CancellationToken, ValueTask> sign;

    CallerKey(HttpMessageHandler inner, Func<HttpRequestMessage, CancellationToken, ValueTask> signing)
        : base(inner) => sign = signing;

    public static CallerKey Function(string key, HttpMessageHandler inner) =>
        new(
            inner,
            (request, _) =>
            {
                request.Headers.Add(KeyHeader, key);
                return ValueTask.CompletedTask;
            }
        );

    /// <param name="token">Gives a bearer token for the app, from a cache until shortly before it ends.</param>
    public static CallerKey Bearer(Func<CancellationToken, ValueTask<string>> token, HttpMessageHandler inner) =>
        new(
            inner,
            async (request, cancel) =>
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await token(cancel))
        );

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await sign(request, cancellationToken);
        }
#pragma warning disable CA1031 // Whatever a token source throws: the call cannot be made.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            throw new GatewayFault("There is no token for the gateway", Arrival.Never, e);
        }
        return await base.SendAsync(request, cancellationToken);
    }
}
