using System.Net;
using System.Net.Http.Headers;

namespace Cloud.Listener.Gateway;

/// <summary>A body that is written while the request is under way.</summary>
/// <remarks>
/// Always chunked: of a body whose length is told, the Functions host makes a string before the app sees it.
/// </remarks>
sealed class LiveContent : HttpContent
{
    readonly TaskCompletionSource<Stream> opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource written = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LiveContent(string contentType) => Headers.ContentType = new MediaTypeHeaderValue(contentType);

    /// <summary>Where to write, once there is a connection.</summary>
    public Task<Stream> Opened => opened.Task;

    /// <summary>All is written.</summary>
    public void End() => written.TrySetResult();

    /// <summary>Breaks the request off: whoever reads it must not take it for whole.</summary>
    public void Break() => written.TrySetException(new IOException("The message was given up"));

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(
        Stream stream,
        TransportContext? context,
        CancellationToken cancellationToken
    )
    {
        opened.TrySetResult(stream);
        return written.Task.WaitAsync(cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}

/// <summary>A body that is there already, sent in chunks all the same.</summary>
sealed class ChunkedContent : HttpContent
{
    readonly ReadOnlyMemory<byte> bytes;

    public ChunkedContent(ReadOnlyMemory<byte> body, string contentType)
    {
        bytes = body;
        Headers.ContentType = new MediaTypeHeaderValue(contentType);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        stream.WriteAsync(bytes).AsTask();

    protected override Task SerializeToStreamAsync(
        Stream stream,
        TransportContext? context,
        CancellationToken cancellationToken
    ) => stream.WriteAsync(bytes, cancellationToken).AsTask();

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
