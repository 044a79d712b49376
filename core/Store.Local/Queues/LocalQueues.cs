using System.Globalization;
using Cloud.Store.Local.Rows;
using Cloud.Store.Local.Sqlite;
using Cloud.Store.Ports;

namespace Cloud.Store.Local.Queues;

sealed class LocalQueues(SqliteWriter writer, ReaderPool<RowReader> readers, TimeProvider time) : IQueues
{
    public async ValueTask SendAsync(string queue, ReadOnlyMemory<byte> body, TimeSpan delay, CancellationToken cancel)
    {
        CheckQueue(queue);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(body.Length, QueueLimits.BodyBytes, nameof(body));
        CheckTime(delay);
        await writer.RunAsync(new SendWork(queue, body, Ticks(delay)), cancel);
    }

    public async ValueTask<IReadOnlyList<QueueMessage>> ReceiveAsync(
        string queue,
        int limit,
        TimeSpan visibility,
        CancellationToken cancel
    )
    {
        CheckQueue(queue);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, QueueLimits.ReceiveMessages);
        CheckTime(visibility);
        var now = Ticks(TimeSpan.Zero);
        // Most polls find nothing: they cost no turn of the writer's.
        var has = await readers.ReadAsync(
            (queue, now),
            static (reader, asked) => reader.HasVisible(asked.queue, asked.now),
            cancel
        );
        return has ? await writer.RunAsync(new ReceiveWork(queue, limit, now, now + visibility.Ticks), cancel) : [];
    }

    public async ValueTask<QueueMessage?> RenewAsync(
        string queue,
        QueueMessage message,
        TimeSpan visibility,
        CancellationToken cancel
    )
    {
        CheckQueue(queue);
        CheckTime(visibility);
        return await writer.RunAsync(new RenewWork(queue, message, Ticks(visibility)), cancel);
    }

    public async ValueTask<bool> DeleteAsync(string queue, QueueMessage message, CancellationToken cancel)
    {
        CheckQueue(queue);
        return await writer.RunAsync(new DeleteWork(queue, message), cancel);
    }

    public ValueTask<long> CountAsync(string queue, CancellationToken cancel)
    {
        CheckQueue(queue);
        return readers.ReadAsync(queue, static (reader, asked) => reader.CountMessages(asked), cancel);
    }

    public async ValueTask<bool> RemoveAsync(string queue, CancellationToken cancel)
    {
        CheckQueue(queue);
        return await writer.RunAsync(new RemoveWork(queue), cancel);
    }

    long Ticks(TimeSpan later) => time.GetUtcNow().UtcTicks + later.Ticks;

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <returns>A number no message has, when it is none of ours.</returns>
    static long Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    static void CheckTime(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(time, QueueLimits.Delay);
    }

    static void CheckQueue(string queue)
    {
        var isGood = queue.Length is >= 3 and <= 63 && queue[0] != '-' && queue[^1] != '-';
        for (var i = 0; i < queue.Length; i++)
        {
            isGood &= char.IsAsciiLetterLower(queue[i]) || char.IsAsciiDigit(queue[i]) || queue[i] == '-';
            isGood &= i == 0 || queue[i] != '-' || queue[i - 1] != '-';
        }
        if (!isGood)
            throw new ArgumentException($"Not a queue name: {queue}", nameof(queue));
    }

    sealed class SendWork(string queue, ReadOnlyMemory<byte> body, long visible) : WriterWork<bool>
    {
        protected override bool Decide(WriterDatabase database)
        {
            var send = database.Send;
            send.Bind(1, database.NextNumber());
            send.BindText(2, queue);
            send.Bind(3, visible);
            send.BindBlob(4, body.Span);
            send.Run();
            return true;
        }
    }

    sealed class ReceiveWork(string queue, int limit, long now, long hiddenUntil)
        : WriterWork<IReadOnlyList<QueueMessage>>
    {
        protected override IReadOnlyList<QueueMessage> Decide(WriterDatabase database)
        {
            var found = Visible(database);
            for (var i = 0; i < found.Count; i++)
            {
                var receipt = database.NextNumber();
                database.Receive.Bind(1, Number(found[i].Id));
                database.Receive.Bind(2, hiddenUntil);
                database.Receive.Bind(3, receipt);
                database.Receive.Run();
                found[i] = found[i] with { Receipt = Text(receipt) };
            }
            return found;
        }

        List<QueueMessage> Visible(WriterDatabase database)
        {
            var found = new List<QueueMessage>();
            var visible = database.Visible;
            visible.BindText(1, queue);
            visible.Bind(2, now);
            visible.Bind(3, limit);
            while (visible.Step())
                found.Add(new(Text(visible.Long(0)), "", visible.Bytes(2).ToArray(), visible.Int(1) + 1));
            visible.Reset();
            return found;
        }
    }

    sealed class RenewWork(string queue, QueueMessage message, long visible) : WriterWork<QueueMessage?>
    {
        protected override QueueMessage? Decide(WriterDatabase database)
        {
            var receipt = database.NextNumber();
            database.Renew.Bind(1, Number(message.Id));
            database.Renew.BindText(2, queue);
            database.Renew.Bind(3, Number(message.Receipt));
            database.Renew.Bind(4, visible);
            database.Renew.Bind(5, receipt);
            database.Renew.Run();
            return database.Changes == 1 ? message with { Receipt = Text(receipt) } : null;
        }
    }

    sealed class DeleteWork(string queue, QueueMessage message) : WriterWork<bool>
    {
        protected override bool Decide(WriterDatabase database)
        {
            database.DeleteMessage.Bind(1, Number(message.Id));
            database.DeleteMessage.BindText(2, queue);
            database.DeleteMessage.Bind(3, Number(message.Receipt));
            database.DeleteMessage.Run();
            return database.Changes == 1;
        }
    }

    sealed class RemoveWork(string queue) : WriterWork<bool>
    {
        protected override bool Decide(WriterDatabase database)
        {
            database.RemoveQueue.BindText(1, queue);
            database.RemoveQueue.Run();
            return database.Changes > 0;
        }
    }
}
