using System.Globalization;
using System.Net;
using Cloud.Flow.Hooks;
using Cloud.Store.Hooks;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Hooks;

/// <summary>Endpoints that do not do as they should.</summary>
public sealed class MisbehaviourTests
{
    [Theory]
    [InlineData(200, true)]
    [InlineData(202, true)]
    [InlineData(204, true)]
    [InlineData(301, false)]
    [InlineData(304, false)]
    [InlineData(400, false)]
    [InlineData(404, false)]
    [InlineData(500, false)]
    public async Task Only_2xx_is_success(int status, bool isTaken)
    {
        await using var receiver = new HookReceiver { Answer = _ => HookReceiver.Say(status, body: "said") };
        await using var world = await HookWorld.OpenAsync();
        var hook = await world.AddAsync(receiver.Url);
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.WorkAsync();
        var delivery = Assert.Single(await world.DeliveriesAsync(hook.Hook.Id));
        Assert.Equal(isTaken ? DeliveryState.Done : DeliveryState.Waiting, delivery.State);
        var attempt = Assert.Single(delivery.Attempts);
        Assert.Equal(status, attempt.Status);
        Assert.Equal(isTaken, attempt.Fault is null);
        Assert.Equal(status is 204 or 304 ? "" : "said", attempt.Answer);
    }

    [Fact]
    public async Task A_redirection_is_not_followed()
    {
        await using var canary = new HookReceiver();
        await using var receiver = new HookReceiver();
        receiver.Answer = _ => HookReceiver.Say(307, $"Location: {canary.Url}\r\n");
        await using var world = await HookWorld.OpenAsync();
        await world.AddAsync(receiver.Url);
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.PassAsync(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(1));
        Assert.Equal(0, canary.Unread);
        Assert.Equal(3, receiver.TakeAll().Count);
    }

    [Fact]
    public async Task It_is_tried_ten_times_in_three_days_with_one_id_and_then_given_up()
    {
        await using var receiver = new HookReceiver { Answer = _ => HookReceiver.Say(500) };
        await using var world = await HookWorld.OpenAsync();
        var hook = await world.AddAsync(receiver.Url);
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.PassAsync(TimeSpan.FromHours(90), TimeSpan.FromMinutes(1));
        var tries = receiver.TakeAll();
        Assert.Equal(10, tries.Count);
        Assert.Single(tries.Select(one => one.Id).Distinct());
        var delivery = Assert.Single(await world.DeliveriesAsync(hook.Hook.Id));
        Assert.Equal(DeliveryState.Dead, delivery.State);
        var waits = delivery.Attempts.Zip(delivery.Attempts.Skip(1), (one, next) => next.At - one.At).ToList();
        double[] wanted = [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400];
        Assert.All(
            waits.Zip(wanted),
            pair => Assert.InRange(pair.First.TotalSeconds, pair.Second, pair.Second * 1.1 + 61)
        );
        Assert.Equal(0, world.MemoryQueues.CountOf("hooks"));
    }

    [Fact]
    public async Task An_endpoint_that_is_gone_is_never_asked_again_and_its_owner_hears_of_it()
    {
        await using var receiver = new HookReceiver { Answer = _ => HookReceiver.Say(410) };
        await using var world = await HookWorld.OpenAsync();
        var hook = await world.AddAsync(HookWorld.Wanted(receiver.Url) with { Owner = TestBackend.Bob });
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.WorkAsync();
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.PassAsync(TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));
        Assert.Single(receiver.TakeAll());
        Assert.Equal(DeliveryState.Dead, Assert.Single(await world.DeliveriesAsync(hook.Hook.Id)).State);
        Assert.False((await world.Control.FindAsync(hook.Hook.Id, default))!.Hook.IsEnabled);
        var entry = Assert.Single((await world.Test.OpenAsync(world.Test.BobId)).Entries);
        Assert.Contains("410", await world.Test.ReadAsync(world.Test.BobId, entry.Email));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task Retry_After_is_honoured_for_all_that_goes_there(int status)
    {
        await using var receiver = new HookReceiver();
        receiver.Answer = _ => HookReceiver.Say(status, "Retry-After: 3600\r\n");
        await using var world = await HookWorld.OpenAsync();
        await world.AddAsync(receiver.Url);
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.WorkAsync();
        receiver.Answer = _ => HookReceiver.Say(200);
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.PassAsync(TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(1));
        Assert.Single(receiver.TakeAll());
        await world.PassAsync(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(1));
        Assert.Equal(2, receiver.TakeAll().Count);
    }

    [Fact]
    public async Task Who_never_answers_is_given_up_in_time_and_tried_again()
    {
        await using var receiver = new HookReceiver { Hangs = true };
        await using var world = await HookWorld.OpenAsync();
        var hook = await world.AddAsync(receiver.Url);
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        var working = world.WorkAsync();
        await receiver.NextAsync();
        await world.Clock.RunAsync(working, TimeSpan.FromSeconds(1));
        var attempt = (await world.DeliveriesAsync(hook.Hook.Id))[0].Attempts[0];
        Assert.Equal("No answer within 15 s", attempt.Fault);
    }

    [Fact]
    public async Task Of_an_endless_answer_a_kilobyte_is_read()
    {
        await using var receiver = new HookReceiver { Drips = true };
        receiver.Answer = _ => "HTTP/1.1 200 Ok\r\nContent-Length: 99999999999\r\n\r\n" + new string('x', 100);
        await using var world = await HookWorld.OpenAsync();
        var hook = await world.AddAsync(receiver.Url);
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.WorkAsync();
        var delivery = Assert.Single(await world.DeliveriesAsync(hook.Hook.Id));
        Assert.Equal(DeliveryState.Done, delivery.State);
        Assert.Equal(HookAttempt.MaxAnswer, delivery.Attempts[0].Answer.Length);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("SSH-2.0-OpenSSH\r\n\r\n")]
    public async Task Whatever_it_says_instead_is_a_failure_with_a_reason(string? answer)
    {
        await using var receiver = new HookReceiver { Answer = _ => answer };
        // Said, and then it closes.
        receiver.Closes = true;
        await using var world = await HookWorld.OpenAsync();
        var hook = await world.AddAsync(receiver.Url);
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.WorkAsync();
        var delivery = Assert.Single(await world.DeliveriesAsync(hook.Hook.Id));
        Assert.Equal(DeliveryState.Waiting, delivery.State);
        Assert.NotEmpty(delivery.Attempts[0].Fault!);
    }

    [Fact]
    public async Task A_late_answer_of_the_endpoint_of_before_says_nothing_of_the_next()
    {
        using var isChanged = new SemaphoreSlim(0);
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        var hook = (await world.AddAsync(receiver.Url)).Hook.Id;
        receiver.Answer = _ =>
        {
            isChanged.Wait(TimeSpan.FromSeconds(30));
            return HookReceiver.Say(410);
        };
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        var working = world.WorkAsync();
        await receiver.NextAsync();
        await world.Control.ChangeAsync(hook, one => one with { Url = receiver.Url + "/next" }, default);
        isChanged.Release();
        await working;
        var changed = (await world.Control.FindAsync(hook, default))!;
        Assert.Equal((true, Endpoint.Sound), (changed.Hook.IsEnabled, changed.Endpoint));
    }

    [Theory]
    [InlineData("https://slow.test/{0}")]
    [InlineData("https://slow{0}.test/")]
    public async Task A_host_that_is_slow_takes_a_quarter_of_the_room_whatever_its_names(string url)
    {
        var throng = new Throng(
            mostOfHost: 3,
            (host, _) => new([IPAddress.Parse(host.StartsWith("slow", StringComparison.Ordinal) ? "192.0.2.1" : "::2")])
        );
        var entered = new List<Throng.Place?>();
        for (var i = 0; i < 4; i++)
            entered.Add(await EnterAsync(string.Format(CultureInfo.InvariantCulture, url, i)));
        Assert.Equal([true, true, true, false], entered.Select(one => one is not null));
        Assert.NotNull(await EnterAsync("https://fast.test/"));
        throng.Leave(entered[0]!);
        Assert.NotNull(await EnterAsync("https://slow.test/again"));

        ValueTask<Throng.Place?> EnterAsync(string to) =>
            throng.TryEnterAsync(HookWorld.Wanted(to) with { Id = to, Concurrency = 32 }, default);
    }

    [Fact]
    public async Task Who_takes_it_and_breaks_off_has_taken_it()
    {
        await using var receiver = new HookReceiver { Closes = true };
        receiver.Answer = _ => "HTTP/1.1 200 Ok\r\nContent-Length: 10\r\n\r\nshort";
        await using var world = await HookWorld.OpenAsync();
        var hook = await world.AddAsync(receiver.Url);
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.WorkAsync();
        var delivery = Assert.Single(await world.DeliveriesAsync(hook.Hook.Id));
        Assert.Equal((DeliveryState.Done, ""), (delivery.State, delivery.Attempts[0].Answer));
    }

    [Fact]
    public async Task Answers_that_grow_in_the_store_are_given_up_with_the_delivery()
    {
        await using var receiver = new HookReceiver();
        receiver.Answer = _ => HookReceiver.Say(500, body: new string('<', 2000));
        await using var world = await HookWorld.OpenAsync();
        var hook = (await world.AddAsync(receiver.Url)).Hook.Id;
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.PassAsync(TimeSpan.FromHours(90), TimeSpan.FromMinutes(2));
        await world.Control.ReplayAsync(hook, new(), null, null, default);
        await world.PassAsync(TimeSpan.FromHours(90), TimeSpan.FromMinutes(2));
        var delivery = Assert.Single(await world.DeliveriesAsync(hook));
        Assert.Equal((DeliveryState.Dead, HookDelivery.MaxKept), (delivery.State, delivery.Attempts.Count));
        Assert.NotEmpty(delivery.Attempts[^1].Answer);
    }

    [Fact]
    public async Task A_subscription_that_cannot_be_read_stops_no_mail_and_no_other()
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        await world.AddAsync(receiver.Url);
        foreach (var column in new[] { "Hook", "Keys" })
        {
            var key = HookRows.Hook((await world.AddAsync(receiver.Url)).Hook.Id);
            var row = (await world.MemoryRows.GetAsync(HookRows.Table, key, default))!;
            var data = new RowData { { column, "no JSON"u8.ToArray() } };
            foreach (var (name, value) in row.Data.Where(pair => pair.Key != column))
                data.Add(name, (byte[])value);
            var change = new RowTransaction(HookRows.Partition).Replace(key.Row, data, row.ETag);
            await world.MemoryRows.CommitAsync(HookRows.Table, change, default);
        }
        var answer = await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        Assert.Equal(Cloud.Api.Gateway.ReceiveStatus.Accepted, answer.Status);
        await world.WorkAsync();
        Assert.Single(receiver.TakeAll());
        Assert.Single(await world.Control.ListAsync(null, default));
    }

    [Fact]
    public async Task A_dead_endpoint_delays_no_other()
    {
        await using var dead = new HookReceiver { Hangs = true };
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync(new() { AllowPrivate = true, Parallel = 200 });
        await world.AddAsync(dead.Url);
        // As many at a time as come: who finds no place waits for a clock that stands still here.
        await world.AddAsync(HookWorld.Wanted(receiver.Url) with { Concurrency = Hook.MaxConcurrency });
        using var stop = new CancellationTokenSource();
        var working = world.Worker.RunAsync(_ => { }, stop.Token);
        for (var i = 0; i < 30; i++)
            await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        for (var i = 0; i < 30; i++)
            await receiver.NextAsync(); // while the clock stands still, so that the dead one's time is never over
        Assert.InRange(dead.Unread, 1, 4);
        await stop.CancelAsync();
        await world.Clock.RunAsync(working, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task The_circuit_opens_and_one_attempt_finds_out_that_it_works_again()
    {
        await using var receiver = new HookReceiver { Answer = _ => HookReceiver.Say(500) };
        await using var world = await HookWorld.OpenAsync();
        var hook = await world.AddAsync(receiver.Url);
        for (var i = 0; i < Endpoint.Threshold; i++)
            await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.WorkAsync();
        Assert.Equal(Endpoint.Threshold, receiver.TakeAll().Count);
        await world.PassAsync(TimeSpan.FromSeconds(20));
        Assert.Empty(receiver.TakeAll()); // the retries after 5 s are left out
        receiver.Answer = _ => HookReceiver.Say(200);
        await world.PassAsync(TimeSpan.FromMinutes(40), TimeSpan.FromSeconds(10));
        Assert.Equal(Endpoint.Threshold, receiver.TakeAll().Select(one => one.Id).Distinct().Count());
        Assert.Equal(Endpoint.Sound, (await world.Control.FindAsync(hook.Hook.Id, default))!.Endpoint);
    }

    [Fact]
    public async Task The_owner_is_told_once_when_it_fails_for_half_an_hour()
    {
        await using var receiver = new HookReceiver { Answer = _ => HookReceiver.Say(500) };
        await using var world = await HookWorld.OpenAsync();
        await world.AddAsync(HookWorld.Wanted(receiver.Url) with { Owner = TestBackend.Bob });
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.PassAsync(TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(1));
        Assert.Empty((await world.Test.OpenAsync(world.Test.BobId)).Entries);
        await world.PassAsync(TimeSpan.FromHours(20), TimeSpan.FromMinutes(10));
        Assert.Single((await world.Test.OpenAsync(world.Test.BobId)).Entries);
    }

    [Fact]
    public async Task The_owner_is_told_when_a_delivery_ends_that_was_not_tried_since_the_endpoint_fails()
    {
        await using var receiver = new HookReceiver { Answer = _ => HookReceiver.Say(500) };
        await using var world = await HookWorld.OpenAsync();
        var hook = await world.AddAsync(
            HookWorld.Wanted(receiver.Url) with
            {
                Owner = TestBackend.Bob,
                Address = TestBackend.Alice,
            }
        );
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.WorkAsync();
        var store = new HookStore(world.MemoryRows, world.Test.Backend.Directory, null, new SeededEntropy(1));
        var row = (await store.FindAsync(hook.Hook.Id, default))!;
        var delivery = Assert.Single(await world.DeliveriesAsync(hook.Hook.Id));
        var now = world.Clock.GetUtcNow();
        // All attempts but the last are over, and the circuit has just opened.
        await store.ReplaceAsync(row with { Endpoint = new(Endpoint.Threshold, now, now + TimeSpan.FromHours(1)) });
        await store.ReplaceAsync(delivery with { Tries = 9, Due = now });
        await world.PassAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(DeliveryState.Dead, Assert.Single(await world.DeliveriesAsync(hook.Hook.Id)).State);
        Assert.Single((await world.Test.OpenAsync(world.Test.BobId)).Entries);
        Assert.Single(receiver.TakeAll());
    }

    [Fact]
    public void A_failure_at_the_same_time_does_not_shorten_what_Retry_After_says()
    {
        var now = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        var until = now + TimeSpan.FromHours(2);
        Assert.Equal(until, Endpoint.Sound.Failed(now, until).Failed(now, null).OpenUntil);
        Assert.Equal(until, Endpoint.Sound.Failed(now, until).Failed(now, now + TimeSpan.FromHours(1)).OpenUntil);
    }
}
