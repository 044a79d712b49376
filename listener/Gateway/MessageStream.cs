using Cloud.Api.Gateway.Wire;
using Cloud.Store;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Gateway;

/// <summary>A message's bytes on their way down. Where they break off, the rest is asked for.</summary>
/// <remarks>
/// They never change, so the rest is what would have come. A slow mail client may take longer than one answer lasts.
/// </remarks>
sealed class MessageStream : Stream
{
    /// <summary>Tries in a row that bring no octet.</summary>
    const int FruitlessTries = 3;

    /// <summary>How long the next octets are waited for.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly GatewayClient client;
    readonly MessageSource source;
    readonly ILogger logger;
    HttpResponseMessage? response;
    FrameReader? frames;
    long position;
    int fruitless;

    MessageStream(GatewayClient gateway, MessageSource from, ILogger log) =>
        (client, source, logger) = (gateway, from, log);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => position;
        set => throw new NotSupportedException();
    }

    /// <returns>Null when the message is gone.</returns>
    public static async ValueTask<Stream?> OpenAsync(
        GatewayClient client,
        MessageSource source,
        ILogger logger,
        CancellationToken cancel
    )
    {
        var stream = new MessageStream(client, source, logger);
        while (true)
        {
            try
            {
                return await stream.ConnectAsync(cancel) ? stream : null;
            }
            catch (StoreException e) when (++stream.fruitless < FruitlessTries && IsWorthTrying(e))
            {
                Log.Resuming(logger, 0, e.Message);
            }
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                var read = await NextAsync(buffer, cancellationToken);
                position += read;
                fruitless = 0;
                return read;
            }
            catch (StoreException e) when (++fruitless < FruitlessTries && IsWorthTrying(e))
            {
                Log.Resuming(logger, source.Offset + position, e.Message);
                Drop();
            }
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Drop();
        base.Dispose(disposing);
    }

    static bool IsWorthTrying(StoreException e) => e is not GatewayFault { IsFinal: true };

    async ValueTask<int> NextAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        if (frames is null && !await ConnectAsync(cancel))
            throw new StoreException("The message is gone");
        return await client.TranslateAsync(
            new(source.Operation, null, Patience),
            given => frames!.ReadAsync(buffer, given),
            cancel
        );
    }

    /// <returns>False when the message is gone.</returns>
    async ValueTask<bool> ConnectAsync(CancellationToken cancel)
    {
        var call = new Call(source.Operation, null, GatewayBudgets.Short);
        async ValueTask<bool> ExchangeAsync(CancellationToken given)
        {
            response = await client.SendAsync(call, new ChunkedContent(source.From(position), WireFormat.Json), given);
            Answers.ExpectType(response, WireFormat.Packed);
            frames = new(await response.Content.ReadAsStreamAsync(given));
            return GatewayOperations.Read.Answer.Decode(await frames.ReadHeadAsync(given)).Found;
        }
        return await client.InTurnAsync(() => client.GuardAsync(call, ExchangeAsync, cancel), cancel);
    }

    void Drop()
    {
        response?.Dispose();
        (response, frames) = (null, null);
    }
}

/// <summary>Where a message's bytes are asked for.</summary>
/// <param name="Operation">By its name; it answers as <see cref="GatewayOperations.Read"/> does.</param>
/// <param name="Offset">Of the range in the message.</param>
/// <param name="From">The request, in JSON, for what is left of the range behind so many octets.</param>
sealed record MessageSource(string Operation, long Offset, Func<long, byte[]> From)
{
    public static MessageSource Of(ReadRequest range) =>
        new(
            GatewayOperations.Read.Name,
            range.Offset,
            read =>
                GatewayOperations.Read.Request.Encode(
                    range with
                    {
                        Offset = range.Offset + read,
                        Length = range.Length - read,
                    }
                )
        );

    public static MessageSource Of(TransactionId upload) =>
        new(
            GatewayOperations.ReadUpload.Name,
            0,
            read => GatewayOperations.ReadUpload.Request.Encode(new(upload, read))
        );
}
