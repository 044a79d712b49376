using System.Text.Json;
using Cloud.Store.Ports;

namespace Cloud.Api.Gateway.Wire;

/// <summary>What the service answers: a status and a body, which is never empty.</summary>
public sealed class GatewayAnswer : IAsyncDisposable
{
    readonly ReadOnlyMemory<byte> body;
    readonly Stream? message;

    GatewayAnswer(int status, string contentType, ReadOnlyMemory<byte> bytes, Stream? stream, Exception? fault) =>
        (Status, ContentType, body, message, Fault) = (status, contentType, bytes, stream, fault);

    public int Status { get; }

    public string ContentType { get; }

    /// <summary>Our fault behind a status of 500 or 503, for the host to log; null when there is none.</summary>
    public Exception? Fault { get; }

    public static GatewayAnswer Of(string contentType, ReadOnlyMemory<byte> body) =>
        new(200, contentType, body, null, null);

    public static GatewayAnswer Of(Problem problem, Exception? fault = null) =>
        new(
            problem.Status,
            WireFormat.Json,
            JsonSerializer.SerializeToUtf8Bytes(problem, GatewayJson.Default.Problem),
            null,
            fault
        );

    /// <param name="head">The first frame.</param>
    /// <param name="message">What follows in frames; disposed with the answer.</param>
    public static GatewayAnswer Framed(ReadOnlyMemory<byte> head, Stream message) =>
        new(200, WireFormat.Packed, head, message, null);

    /// <summary>Sends the body.</summary>
    /// <exception cref="StoreException">A message cannot be read on: cut the connection, the caller is to notice.</exception>
    public async ValueTask WriteAsync(Stream output, CancellationToken cancel)
    {
        if (message is null)
        {
            await output.WriteAsync(body, cancel);
            return;
        }
        var frames = new FrameWriter(output);
        await frames.WriteAsync(body, cancel);
        await frames.CopyAsync(message, cancel);
        await frames.EndAsync(cancel);
    }

    public ValueTask DisposeAsync() => message?.DisposeAsync() ?? ValueTask.CompletedTask;
}
