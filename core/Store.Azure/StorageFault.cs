using System.Net.Sockets;
using System.Text.Json;
using Azure;
using Azure.Identity;
using Cloud.Store.Azure.Tables;
using Cloud.Store.Ports;

namespace Cloud.Store.Azure;

/// <summary>Turns whatever Azure and the way to it throw into the port's exceptions, at one place.</summary>
static class StorageFault
{
    /// <summary>To be asked in an exception filter; a caller's own cancelling passes as it is.</summary>
    public static bool IsFault(Exception exception, CancellationToken cancel) =>
        exception switch
        {
            OperationCanceledException => !cancel.IsCancellationRequested,
            AggregateException many => many.InnerExceptions.All(one => IsFault(one, cancel)),
            RequestFailedException or AuthenticationFailedException or IOException or HttpRequestException => true,
            JsonException or InvalidDataException or FormatException => true,
            _ => false,
        };

    /// <param name="operation">What was tried, in words, without message content.</param>
    /// <remarks>
    /// The service's own text stays out of the message: it may echo signatures and names. Status, code and request id
    /// are what its support asks for.
    /// </remarks>
    public static StoreException From(string operation, Exception exception)
    {
        if (exception is AggregateException { InnerExceptions: [.., var last] })
            return From(operation, last);
        if (exception is not RequestFailedException { Status: not 0 } refused)
            return new(
                $"{operation}: no answer from Azure storage, so the outcome is unknown ({Reason(exception)})",
                exception
            );

        var id = refused is TableTransactionFailedException failed
            ? failed.RequestId
            : refused.GetRawResponse()?.Headers.RequestId ?? "none";
        var message = $"{operation}: Azure storage answered {refused.Status} {refused.ErrorCode} (request {id})";
        return IsFull(refused) ? new StoreFullException(message) : new StoreException(message);
    }

    /// <summary>Why nothing came back, in the words of what noticed it first: the network, TLS, the identity.</summary>
    static string Reason(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is AuthenticationFailedException)
                return $"no identity: {FirstLine(cause.Message)}";
            if (cause is HttpRequestException { InnerException: SocketException })
                return FirstLine(cause.Message); // Only this one names host and port.
            if (cause is OperationCanceledException)
                return "it took too long";
        }
        return FirstLine(exception.GetBaseException().Message);
    }

    static string FirstLine(string text) => text.Trim().Split('\n', 2)[0].TrimEnd();

    /// <summary>The error's name: from the header, else from the body (only tables leave the header out).</summary>
    public static string? CodeOf(Response response)
    {
        if (response.Headers.TryGetValue("x-ms-error-code", out var code))
            return code;
        // A streamed answer cannot be read twice; errors are small and always buffered.
        return response.ContentStream is MemoryStream ? CodeOf(response.Content.ToMemory().Span) : null;
    }

    /// <summary>The first property <c>code</c> of a JSON text, whatever it sits in; null when it is no such text.</summary>
    public static string? CodeOf(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("code"u8))
                    continue;
                return reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            }
            return null;
        }
        catch (JsonException)
        {
            return null; // A page of a proxy, say: the status has to do.
        }
    }

    /// <remarks>Azure documents no code for a full account; these are the words its services use for "no room".</remarks>
    static bool IsFull(RequestFailedException refused) =>
        refused.Status == 507
        || (
            refused.ErrorCode is { } code
            && (code.Contains("Quota", StringComparison.Ordinal) || code == "InsufficientStorage")
        );
}
