using Cloud.Flow.Inbound;

namespace Cloud.Api.Gateway.Wire;

/// <summary>A message's way up: a head and the message in frames; answered when the blob is durable.</summary>
public sealed class UploadOperation() : Operation("upload")
{
    public WireCodec<UploadRequest> Request { get; } = new JsonCodec<UploadRequest>(GatewayJson.Default.UploadRequest);

    public WireCodec<UploadedMessage> Answer { get; } =
        new JsonCodec<UploadedMessage>(GatewayJson.Default.UploadedMessage);

    internal override async ValueTask<GatewayAnswer> AnswerAsync(Served served, Stream body, CancellationToken cancel)
    {
        var frames = new FrameReader(body);
        var request = Request.Decode(await frames.ReadHeadAsync(cancel));
        await using var upload = await served.Gateway.BeginUploadAsync(request.Transaction, cancel);
        var buffer = new byte[WireLimits.Frame];
        int read;
        while ((read = await frames.ReadAsync(buffer, cancel)) > 0)
        {
            await upload.WriteAsync(buffer.AsMemory(0, read), cancel);
            if (upload.Size > WireLimits.Upload)
                throw new BodyTooLargeException();
        }
        var message = await upload.CompleteAsync(cancel);
        return GatewayAnswer.Of(Answer.ContentType, Answer.Encode(message));
    }
}

/// <summary>A message's way down: a head and the range asked for in frames.</summary>
public sealed class ReadOperation() : Operation("read")
{
    public WireCodec<ReadRequest> Request { get; } = new JsonCodec<ReadRequest>(GatewayJson.Default.ReadRequest);

    public WireCodec<ReadAnswer> Answer { get; } = new JsonCodec<ReadAnswer>(GatewayJson.Default.ReadAnswer);

    internal override async ValueTask<GatewayAnswer> AnswerAsync(Served served, Stream body, CancellationToken cancel)
    {
        var request = Request.Decode(await ReadBodyAsync(body, WireLimits.Request, cancel));
        if (request.Offset < 0 || request.Length < 0)
            throw new WireException("A range starts and ends at zero or beyond");
        var message = await served.Gateway.ReadAsync(
            request.Account,
            request.Email,
            request.Offset,
            request.Length,
            request.By,
            cancel
        );
        return GatewayAnswer.Framed(Answer.Encode(new(message is not null)), message ?? Stream.Null);
    }
}

/// <summary>The way back down for a message that has come up and is nobody's yet: whoever let it in has it scanned.</summary>
public sealed class ReadUploadOperation() : Operation("read-upload")
{
    public WireCodec<ReadUploadRequest> Request { get; } =
        new JsonCodec<ReadUploadRequest>(GatewayJson.Default.ReadUploadRequest);

    internal override async ValueTask<GatewayAnswer> AnswerAsync(Served served, Stream body, CancellationToken cancel)
    {
        var request = Request.Decode(await ReadBodyAsync(body, WireLimits.Request, cancel));
        if (request.Offset < 0)
            throw new WireException("A range starts at zero or beyond");
        var message = await served.ReadUploadAsync(request, cancel);
        var head = GatewayOperations.Read.Answer.Encode(new(message is not null));
        return GatewayAnswer.Framed(head, message ?? Stream.Null);
    }
}
