using Cloud.Api.Gateway;
using Cloud.Api.Gateway.Wire;
using Cloud.Flow.Inbound;
using Cloud.Store;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Gateway;

/// <summary>A message streamed through the Functions app, for a listener that cannot write blobs itself.</summary>
/// <remarks>Not repeatable: the bytes are not kept here. A peer whose message did not get through sends it again.</remarks>
sealed class HttpUpload(
    GatewayClient client,
    TransactionId transaction,
    TimeProvider time,
    ILogger logger,
    Action<HttpUpload> ended
) : MessageUpload
{
    static readonly UploadOperation Operation = GatewayOperations.Upload;

    readonly LiveContent content = new(WireFormat.Packed);
    readonly CancellationTokenSource over = new(GatewayBudgets.Message, time);
    readonly Call call = new(Operation.Name, transaction, GatewayBudgets.Message);
    Task<HttpResponseMessage>? response;
    FrameWriter? frames;
    long size;
    bool completed;
    int taken;

    public TransactionId Transaction => transaction;

    public override long Size => size;

    /// <summary>An account owns the blob, or may own it: it stays.</summary>
    public void Take() => Volatile.Write(ref taken, 1);

    /// <summary>Connects, and sends what is to be known first.</summary>
    public async ValueTask BeginAsync(CancellationToken cancel)
    {
        var head = Operation.Request.Encode(new(transaction));
        await client.BeginAsync(
            call,
            async given =>
            {
                response = client.SendAsync(call, content, over.Token);
                await Task.WhenAny(content.Opened, response).WaitAsync(given);
                frames = new FrameWriter(content.Opened.IsCompleted ? await content.Opened : await EarlyAsync());
                await frames.WriteAsync(head, given);
                return true;
            },
            cancel
        );
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        size += bytes.Length;
        await RunAsync(
            async given =>
            {
                if (response!.IsCompleted)
                    await EarlyAsync();
                await frames!.WriteAsync(bytes, given);
                return true;
            },
            isAnswer: false,
            cancel
        );
    }

    public override async ValueTask<UploadedMessage> CompleteAsync(CancellationToken cancel)
    {
        var message = await RunAsync(
            async given =>
            {
                await frames!.EndAsync(given);
                content.End();
                using var answer = await response!.WaitAsync(given);
                return await Answers.ReadAsync(answer, Operation.Answer, given);
            },
            isAnswer: true,
            cancel
        );
        completed = true;
        return message;
    }

    public override async ValueTask<Stream> OpenAsync(CancellationToken cancel) =>
        await MessageStream.OpenAsync(client, MessageSource.Of(transaction), logger, cancel)
        ?? throw new StoreException("The upload is gone");

    public override async ValueTask AbandonAsync(CancellationToken cancel)
    {
        if (!completed || Volatile.Read(ref taken) != 0)
            return;
        completed = false; // once is enough
        await client.AskAsync(GatewayOperations.Abandon, new(transaction), cancel);
    }

    /// <summary>The same; should it fail, the bytes stay as waste.</summary>
    public async ValueTask TryAbandonAsync()
    {
        try
        {
            await AbandonAsync(CancellationToken.None);
        }
        catch (StoreException)
        {
            completed = false;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        ended(this);
        content.Break();
        await over.CancelAsync();
        try
        {
            if (response is not null)
                (await response).Dispose();
        }
        catch (Exception e)
            when (e is HttpRequestException or IOException or OperationCanceledException or StoreException)
        {
            // Given up, which is what it is told by this.
        }
        finally
        {
            over.Dispose();
            content.Dispose();
        }
    }

    /// <summary>An answer before the message was whole is a refusal, or none at all.</summary>
    async Task<Stream> EarlyAsync()
    {
        using var early = await response!;
        throw new WireException("The message was answered before it was there");
    }

    ValueTask<T> RunAsync<T>(Func<CancellationToken, ValueTask<T>> step, bool isAnswer, CancellationToken cancel)
    {
        return client.GoOnAsync(call, InTimeAsync, isAnswer, cancel);

        async ValueTask<T> InTimeAsync(CancellationToken given)
        {
            // Between two parts it is the peer who takes the time, within one it is the other end.
            var isPeer = over.IsCancellationRequested;
            try
            {
                return await step(given);
            }
            catch (Exception) when (over.IsCancellationRequested && !given.IsCancellationRequested)
            {
                throw new GatewayFault($"The message took longer than {GatewayBudgets.Message}", Arrival.Perhaps)
                {
                    IsAnswer = isPeer,
                    IsFinal = true,
                };
            }
        }
    }
}
