using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cloud.Api.Rest;

/// <summary>Status, headers and body, whatever carries them away.</summary>
public sealed class ApiAnswer : IAsyncDisposable
{
    readonly List<KeyValuePair<string, string>> headers = [];
    readonly ReadOnlyMemory<byte> bytes;
    readonly Stream? stream;

    ApiAnswer(int status, ReadOnlyMemory<byte> bytes, Stream? stream, long? length)
    {
        (Status, this.bytes, this.stream, Length) = (status, bytes, stream, length);
        With("X-Content-Type-Options", "nosniff").With("Cache-Control", "no-store");
    }

    public int Status { get; }

    /// <summary>Octets of the body; null where they are not known before.</summary>
    public long? Length { get; }

    public IReadOnlyList<KeyValuePair<string, string>> Headers => headers;

    /// <summary>Empty where it is streamed.</summary>
    internal ReadOnlyMemory<byte> Body => bytes;

    /// <summary>A fault of ours behind it, for the host's log; null for none.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Whoever asks for the same again hears the same; if not, what is left of it is tried then.</summary>
    internal bool IsFinal { get; private set; } = true;

    public static ApiAnswer Ok<T>(T value, JsonTypeInfo<T> type) => Json(200, value, type);

    /// <param name="location">Where the new resource is, below <c>/api/v1</c>.</param>
    public static ApiAnswer Created<T>(T value, JsonTypeInfo<T> type, string location) =>
        Json(201, value, type).With("Location", RestApi.Prefix + location);

    public static ApiAnswer Json<T>(int status, T value, JsonTypeInfo<T> type) =>
        Bytes(status, "application/json", JsonSerializer.SerializeToUtf8Bytes(value, type));

    /// <summary>Done, and there is nothing to say.</summary>
    public static ApiAnswer Done() => new(204, default, null, null);

    public static ApiAnswer Bytes(int status, string mediaType, ReadOnlyMemory<byte> body) =>
        new ApiAnswer(status, body, null, body.Length).With("Content-Type", mediaType);

    /// <param name="body">Disposed with the answer.</param>
    public static ApiAnswer Streamed(int status, string mediaType, Stream body, long? length) =>
        new ApiAnswer(status, default, body, length).With("Content-Type", mediaType);

    /// <summary>What the asker has is what there is (RFC 9110 §15.4.5).</summary>
    public static ApiAnswer NotModified(string tag) => new ApiAnswer(304, default, null, null).With("ETag", tag);

    /// <param name="fault">Of ours, behind it.</param>
    public static ApiAnswer Of(ApiProblem problem, Exception? fault = null)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(problem, RestJson.Default.ApiProblem);
        return new ApiAnswer(problem.Status, body, null, body.Length) { Fault = fault }.With(
            "Content-Type",
            ApiProblem.MediaType
        );
    }

    /// <summary>Part of what was asked for failed by a fault of ours: to ask again goes on with it.</summary>
    internal ApiAnswer Unfinished(Exception? fault)
    {
        (IsFinal, Fault) = (false, fault);
        return this;
    }

    /// <summary>Sets a header, in place of one of that name.</summary>
    public ApiAnswer With(string name, string value)
    {
        headers.RemoveAll(one => one.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
        headers.Add(new(name, value));
        return this;
    }

    public string? Header(string name) =>
        headers.Find(one => one.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    public async ValueTask WriteAsync(Stream output, CancellationToken cancel)
    {
        if (stream is not null)
            await stream.CopyToAsync(output, cancel);
        else if (!bytes.IsEmpty)
            await output.WriteAsync(bytes, cancel);
    }

    public ValueTask DisposeAsync() => stream?.DisposeAsync() ?? ValueTask.CompletedTask;
}
