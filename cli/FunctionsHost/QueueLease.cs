using Cloud.Store.Ports;

namespace Cloud.Cli.FunctionsHost;

/// <summary>Keeps a message hidden for as long as somebody works on it.</summary>
sealed class QueueLease : IAsyncDisposable
{
    readonly CancellationTokenSource end = new();
    readonly Task<QueueMessage> renewing;

    public QueueLease(IQueues queues, string queue, QueueMessage message, TimeSpan length, TimeProvider time) =>
        renewing = RenewAsync(queues, queue, message, length, time);

    /// <returns>The message with the receipt that counts now.</returns>
    public async Task<QueueMessage> EndAsync()
    {
        await end.CancelAsync();
        return await renewing;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        end.Dispose();
    }

    async Task<QueueMessage> RenewAsync(
        IQueues queues,
        string queue,
        QueueMessage message,
        TimeSpan length,
        TimeProvider time
    )
    {
        while (true)
        {
            try
            {
                await Task.Delay(length / 2, time, end.Token);
                message = await queues.RenewAsync(queue, message, length, CancellationToken.None) ?? message;
            }
            catch (OperationCanceledException)
            {
                return message;
            }
            catch (StoreException)
            {
                // The next time may do; else the message shows again, which "at least once" allows.
            }
        }
    }
}
