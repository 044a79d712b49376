using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cloud.Functions.Hosting;

/// <summary>Writes answers: always a body, always JSON.</summary>
static class Answer
{
    /// <summary>The first answer of all, which must not wait for a serializer.</summary>
    public static Task ReadyAsync(HttpContext http) => WriteAsync(http, StatusCodes.Status200OK, "{}"u8.ToArray());

    public static Task OkAsync(HttpContext http, string? log) =>
        WriteAsync(http, StatusCodes.Status200OK, InvocationResult.Of(log), InvocationJson.Default.InvocationResult);

    public static Task FailAsync(HttpContext http, int status, string error) =>
        WriteAsync(
            http,
            status,
            new InvocationFailure(error, TraceId.Of(http)),
            InvocationJson.Default.InvocationFailure
        );

    static Task WriteAsync<T>(HttpContext http, int status, T value, JsonTypeInfo<T> type) =>
        WriteAsync(http, status, JsonSerializer.SerializeToUtf8Bytes(value, type));

    static async Task WriteAsync(HttpContext http, int status, byte[] body)
    {
        var response = http.Response;
        (response.StatusCode, response.ContentType, response.ContentLength) = (
            status,
            MediaTypeNames.Application.Json,
            body.Length
        );
        await response.Body.WriteAsync(body, http.RequestAborted);
    }
}
