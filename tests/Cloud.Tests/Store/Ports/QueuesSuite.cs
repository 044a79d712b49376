using System.Collections.Concurrent;
using Cloud.Store.Ports;

namespace Cloud.Tests.Store.Ports;

/// <summary>What every adapter of <see cref="IQueues"/> does.</summary>
public abstract class QueuesSuite : IAsyncLifetime
{
    static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    protected IQueues Queues { get; private set; } = null!;

    protected string Queue { get; } = $"q-{Guid.NewGuid():N}";

    /// <summary>Gives the adapter under test; called once a test.</summary>
    protected abstract ValueTask<IQueues> OpenAsync();

    /// <summary>Lets at least so much of the adapter's time pass (1 to 3 seconds).</summary>
    protected abstract ValueTask AdvanceAsync(TimeSpan time);

    protected virtual ValueTask CloseAsync() => ValueTask.CompletedTask;

    public async Task InitializeAsync() => Queues = await OpenAsync();

    public Task DisposeAsync() => CloseAsync().AsTask();

    ValueTask SendAsync(params byte[] body) => Queues.SendAsync(Queue, body, TimeSpan.Zero, default);

    ValueTask<IReadOnlyList<QueueMessage>> ReceiveAsync(TimeSpan visibility, int limit = 32) =>
        Queues.ReceiveAsync(Queue, limit, visibility, default);

    async Task<QueueMessage> OneAsync(TimeSpan visibility) => Assert.Single(await ReceiveAsync(visibility));

    [Fact]
    public async Task A_queue_that_does_not_exist_is_empty() => Assert.Empty(await ReceiveAsync(Long));

    [Fact]
    public async Task A_message_is_received_once_and_gone_when_deleted()
    {
        await SendAsync(1, 2, 3);
        var message = await OneAsync(Long);
        Assert.Equal([1, 2, 3], message.Body.ToArray());
        Assert.Equal(1, message.DequeueCount);
        Assert.Empty(await ReceiveAsync(Long));
        Assert.True(await Queues.DeleteAsync(Queue, message, default));
        Assert.False(await Queues.DeleteAsync(Queue, message, default));
        Assert.Null(await Queues.RenewAsync(Queue, message, Long, default));
    }

    [Fact]
    public async Task Hidden_messages_are_counted_too()
    {
        Assert.Equal(0, await Queues.CountAsync(Queue, default));
        for (byte i = 0; i < 3; i++)
            await SendAsync(i);
        await Queues.SendAsync(Queue, new byte[] { 4 }, Long, default);
        var message = (await ReceiveAsync(Long, limit: 1))[0];
        Assert.Equal(4, await Queues.CountAsync(Queue, default));
        await Queues.DeleteAsync(Queue, message, default);
        Assert.Equal(3, await Queues.CountAsync(Queue, default));
        Assert.Equal(0, await Queues.CountAsync(Queue + "-b", default));
    }

    [Fact]
    public async Task A_removed_queue_is_gone_with_its_messages()
    {
        await SendAsync(1);
        await Queues.SendAsync(Queue + "-b", new byte[] { 2 }, TimeSpan.Zero, default);
        Assert.True(await Queues.RemoveAsync(Queue, default));
        Assert.Equal(0, await Queues.CountAsync(Queue, default));
        Assert.Empty(await ReceiveAsync(Long));
        Assert.False(await Queues.RemoveAsync(Queue, default));
        Assert.Equal(1, await Queues.CountAsync(Queue + "-b", default));
    }

    [Fact]
    public async Task Queues_are_apart()
    {
        await SendAsync(1);
        Assert.Empty(await Queues.ReceiveAsync(Queue + "-b", 32, Long, default));
        await OneAsync(Long);
    }

    public static TheoryData<int> Lengths => [1, 2, 3, 100, 1000, QueueLimits.BodyBytes];

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task A_body_is_any_bytes(int length)
    {
        var body = Octets.Of(length, length);
        await SendAsync(body);
        Assert.Equal(body, (await OneAsync(Long)).Body.ToArray());
    }

    [Fact]
    public async Task A_body_of_every_octet_comes_back()
    {
        var body = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
        await SendAsync(body);
        Assert.Equal(body, (await OneAsync(Long)).Body.ToArray());
    }

    [Fact]
    public async Task A_body_that_is_too_long_is_the_callers_fault() =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() => SendAsync(new byte[QueueLimits.BodyBytes + 1]).AsTask());

    [Fact]
    public async Task A_delayed_message_waits_for_its_time()
    {
        await Queues.SendAsync(Queue, new byte[] { 1 }, 2 * Second, default);
        Assert.Empty(await ReceiveAsync(Long));
        await AdvanceAsync(3 * Second);
        await OneAsync(Long);
    }

    [Fact]
    public async Task A_delay_of_seven_days_is_taken()
    {
        await Queues.SendAsync(Queue, new byte[] { 1 }, QueueLimits.Delay - Second, default);
        Assert.Empty(await ReceiveAsync(Long));
    }

    [Fact]
    public async Task A_message_that_is_not_deleted_comes_again_and_the_count_rises()
    {
        await SendAsync(7);
        var first = await OneAsync(Second);
        await AdvanceAsync(2 * Second);
        var second = await OneAsync(Second);
        Assert.Equal(first.Id, second.Id);
        Assert.Equal(2, second.DequeueCount);
        Assert.Equal([7], second.Body.ToArray());
        await AdvanceAsync(2 * Second);
        Assert.Equal(3, (await OneAsync(Long)).DequeueCount);
    }

    [Fact]
    public async Task A_stale_receipt_neither_deletes_nor_renews()
    {
        await SendAsync(1);
        var stale = await OneAsync(Second);
        await AdvanceAsync(2 * Second);
        var good = await OneAsync(Long);
        Assert.NotEqual(stale.Receipt, good.Receipt);
        Assert.False(await Queues.DeleteAsync(Queue, stale, default));
        Assert.Null(await Queues.RenewAsync(Queue, stale, Long, default));
        Assert.True(await Queues.DeleteAsync(Queue, good, default));
    }

    [Fact]
    public async Task Renewing_hides_it_longer_and_gives_a_new_receipt()
    {
        await SendAsync(1);
        var received = await OneAsync(Second);
        var renewed = await Queues.RenewAsync(Queue, received, Long, default);
        Assert.NotNull(renewed);
        Assert.Equal((received.Id, 1), (renewed.Id, renewed.DequeueCount));
        Assert.Equal([1], renewed.Body.ToArray());
        await AdvanceAsync(2 * Second);
        Assert.Empty(await ReceiveAsync(Long));
        Assert.False(await Queues.DeleteAsync(Queue, received, default));
        Assert.True(await Queues.DeleteAsync(Queue, renewed, default));
    }

    [Fact]
    public async Task Renewing_for_no_time_shows_it_again()
    {
        await SendAsync(1);
        var received = await OneAsync(Long);
        Assert.NotNull(await Queues.RenewAsync(Queue, received, TimeSpan.Zero, default));
        var again = await OneAsync(Long);
        Assert.Equal((received.Id, 2), (again.Id, again.DequeueCount));
    }

    [Fact]
    public async Task No_more_than_the_limit_is_received()
    {
        for (byte i = 0; i < 40; i++)
            await SendAsync(i);
        var first = await ReceiveAsync(Long, 3);
        var second = await ReceiveAsync(Long, 32);
        var third = await ReceiveAsync(Long, 32);
        Assert.Equal((3, 32, 5), (first.Count, second.Count, third.Count));
        var all = first.Concat(second).Concat(third).ToList();
        Assert.Equal(40, all.DistinctBy(message => message.Id).Count());
        Assert.Equal(Enumerable.Range(0, 40), all.Select(message => (int)message.Body.Span[0]).Order());
    }

    [Fact]
    public async Task Older_messages_come_first()
    {
        for (byte i = 0; i < 5; i++)
            await SendAsync(i);
        await AdvanceAsync(2 * Second);
        for (byte i = 5; i < 10; i++)
            await SendAsync(i);
        var first = await ReceiveAsync(Long, 5);
        Assert.Equal(Enumerable.Range(0, 5), first.Select(message => (int)message.Body.Span[0]).Order());
    }

    [Fact]
    public async Task Receivers_at_once_never_share_a_message()
    {
        for (byte i = 0; i < 60; i++)
            await SendAsync(i);
        var taken = new ConcurrentBag<byte>();
        await Task.WhenAll(
            Enumerable
                .Range(0, 6)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        while (await ReceiveAsync(Long, 4) is { Count: > 0 } messages)
                        {
                            foreach (var message in messages)
                            {
                                taken.Add(message.Body.Span[0]);
                                Assert.True(await Queues.DeleteAsync(Queue, message, default));
                            }
                        }
                    })
                )
        );
        Assert.Equal(Enumerable.Range(0, 60), taken.Select(octet => (int)octet).Order());
    }
}
