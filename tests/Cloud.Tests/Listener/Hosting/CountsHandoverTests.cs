using System.Net;
using Cloud.Api.Gateway;
using Cloud.Dns;
using Cloud.Flow.Door;
using Cloud.Listener.Gateway;
using Cloud.Listener.Hosting;
using Cloud.Listener.Hosting.Settings;
using Cloud.Mail;
using Cloud.Store.Ports;
using Cloud.Tests.Dns;
using Cloud.Tests.Fakes;
using Cloud.Trust.Dmarc;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cloud.Tests.Listener.Hosting;

public sealed class CountsHandoverTests
{
    sealed class Keeper : UnaskedGateway
    {
        public bool Fails { get; set; }

        public bool Refuses { get; set; }

        public List<CountsRequest> Tried { get; } = [];

        public TaskCompletionSource Asked { get; set; } = new();

        public override ValueTask KeepCountsAsync(CountsRequest request, CancellationToken cancel)
        {
            Tried.Add(request);
            Asked.TrySetResult();
            if (Refuses)
                throw GatewayFault.Answered("no");
            return Fails ? throw new StoreException("down") : ValueTask.CompletedTask;
        }
    }

    readonly ManualClock clock = new();
    readonly Keeper gateway = new();

    static readonly ZoneResolver Dns = new(
        """
        owner.test        TXT "v=spf1 ip4:192.0.2.10 -all"
        _dmarc.owner.test TXT "v=DMARC1; p=none; rua=mailto:dmarc@owner.test"
        """
    );

    async Task CountAsync(MessageDoor door)
    {
        using var check = door.Begin(
            IPAddress.Parse("192.0.2.10"),
            "mail.owner.test",
            EmailAddress.TryParse("a@owner.test")
        )!;
        var message = "From: a@stranger.owner.test\r\n\r\nx\r\n"u8.ToArray();
        check.Write(message);
        check.EndWrite();
        check.Kept(message);
        Assert.Null(await check.AuthenticateAsync());
        var scanner = new MessageScanner();
        scanner.Write(message);
        var index = scanner.Complete().Pack();
        await check.JudgeAsync("t", [], new("b", message.Length, new byte[32], index), _ => new(Stream.Null), default);
    }

    MessageDoor Door() =>
        new(new() { Hostname = "mx.example.test", CountsForReports = true }, Dns, clock, new SeededEntropy(1));

    Task RunAsync(MessageDoor door, CancellationToken stop) =>
        new CountsHandover(door.Counts!, gateway, clock, new SeededEntropy(2), NullLogger.Instance).RunAsync(stop);

    async Task StepAsync(TimeSpan time)
    {
        gateway.Asked = new();
        clock.Advance(time);
        await gateway.Asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Counts_are_handed_over_every_ten_minutes_and_what_failed_again_under_its_own_name()
    {
        var door = Door();
        using var stop = new CancellationTokenSource();
        var running = RunAsync(door, stop.Token);
        await CountAsync(door);
        for (var minute = 0; minute < 9; minute++)
            clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(gateway.Tried);
        gateway.Fails = true;
        await StepAsync(TimeSpan.FromMinutes(1));
        gateway.Fails = false;
        await StepAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(2, gateway.Tried.Count);
        Assert.Equal(gateway.Tried[0].Batch, gateway.Tried[1].Batch);
        Assert.Equal(1, AggregateCodec.Unpack(Assert.Single(gateway.Tried[1].Counts))!.Total);

        await CountAsync(door);
        await stop.CancelAsync();
        await running; // the last of it
        Assert.Equal(3, gateway.Tried.Count);
        Assert.NotEqual(gateway.Tried[1].Batch, gateway.Tried[2].Batch);
    }

    [Fact]
    public async Task Counts_that_are_refused_for_good_are_dropped()
    {
        var door = Door();
        using var stop = new CancellationTokenSource();
        var running = RunAsync(door, stop.Token);
        await CountAsync(door);
        gateway.Refuses = true;
        await StepAsync(TimeSpan.FromMinutes(10));
        gateway.Refuses = false;
        await stop.CancelAsync();
        await running;
        Assert.Single(gateway.Tried);
    }

    [Fact]
    public async Task A_door_that_is_closed_hands_over_what_it_has()
    {
        var options = new DoorOptions { Hostname = "mx.example.test", CountsForReports = true };
        var settings = new DoorSettings(options, new DnsSettings { Servers = [new(IPAddress.Loopback, 1)] });
        await using (
            var open = new OpenDoor(settings, gateway, clock, new SeededEntropy(1), NullLoggerFactory.Instance)
        )
            Assert.NotNull(open.Door!.Counts);
        Assert.Empty(gateway.Tried); // nothing was counted
    }
}
