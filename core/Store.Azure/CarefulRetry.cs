using System.Net.Http;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Cloud.Store.Azure;

/// <summary>Tries again only what may be tried again without changing what the answer means.</summary>
/// <remarks>
/// A write whose answer got lost may have been done. Sent again, a conditional write then meets its own work and
/// is told 409, 412 or 404, which the caller would read as somebody else's. So a request that is not
/// <paramref name="repeatable"/> is repeated only when the service, or the lack of a connection, says that nothing was
/// done; every other failure goes up as <see cref="Ports.StoreException"/>: outcome unknown.
/// </remarks>
sealed class CarefulRetry(AzureStoreOptions options, Func<Request, bool> repeatable)
    : RetryPolicy(
        options.Retries,
        DelayStrategy.CreateExponentialDelayStrategy(options.RetryDelay, TimeSpan.FromSeconds(10))
    )
{
    protected override bool ShouldRetry(HttpMessage message, Exception? exception) =>
        base.ShouldRetry(message, exception) && MayRepeat(message, exception);

    protected override async ValueTask<bool> ShouldRetryAsync(HttpMessage message, Exception? exception) =>
        await base.ShouldRetryAsync(message, exception) && MayRepeat(message, exception);

    bool MayRepeat(HttpMessage message, Exception? exception) =>
        repeatable(message.Request)
        || (exception is null ? message.HasResponse && WasTurnedAway(message.Response) : WasNeverSent(exception));

    /// <remarks>
    /// ServerBusy: "currently unable to receive requests". Not so OperationTimedOut (500): "may or may not have
    /// succeeded" (Azure Storage, common REST API error codes).
    /// </remarks>
    public static bool WasTurnedAway(Response response) =>
        response.Status switch
        {
            429 => true,
            503 => StorageFault.CodeOf(response) == "ServerBusy",
            202 when response.ContentStream is MemoryStream => IsBatchTurnedAway(response.Content.ToMemory().Span),
            _ => false,
        };

    /// <summary>The service accepts a batch and says inside that it did none of it. Nothing in the answer is ours.</summary>
    static bool IsBatchTurnedAway(ReadOnlySpan<byte> answer) =>
        answer.IndexOf("HTTP/1.1 429 "u8) >= 0
        || (answer.IndexOf("HTTP/1.1 503 "u8) >= 0 && answer.IndexOf("\"ServerBusy\""u8) >= 0);

    static bool WasNeverSent(Exception exception) =>
        exception is RequestFailedException { InnerException: HttpRequestException cause }
        && cause.HttpRequestError
            is HttpRequestError.NameResolutionError
                or HttpRequestError.ConnectionError
                or HttpRequestError.SecureConnectionError
                or HttpRequestError.ProxyTunnelError;
}
