using System.Net;
using Cloud.Dns;
using Cloud.Flow.Hooks;
using Cloud.Tests.Dns;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Hooks;

/// <summary>Endpoints that would have us ask what only we can reach.</summary>
public sealed class HookAddressTests
{
    [Theory]
    [InlineData("https://127.0.0.1:PORT/")]
    [InlineData("https://2130706433:PORT/")]
    [InlineData("https://0x7f000001:PORT/")]
    [InlineData("https://0177.0.0.1:PORT/")]
    [InlineData("https://127.1:PORT/")]
    [InlineData("https://0.0.0.0:PORT/")]
    [InlineData("https://localhost:PORT/")]
    [InlineData("https://LOCALHOST:PORT/")]
    [InlineData("https://[::1]:PORT/")]
    [InlineData("https://[::]:PORT/")]
    [InlineData("https://[::ffff:127.0.0.1]:PORT/")]
    [InlineData("https://[::ffff:7f00:1]:PORT/")]
    [InlineData("https://[::127.0.0.1]:PORT/")]
    [InlineData("https://[64:ff9b::7f00:1]:PORT/")]
    [InlineData("https://[2002:7f00:1::]:PORT/")]
    [InlineData("https://[fe80::1]:PORT/")]
    [InlineData("https://[fd00:ec2::254]:PORT/")]
    [InlineData("https://169.254.169.254/latest/meta-data/")]
    [InlineData("https://168.63.129.16/")]
    [InlineData("https://10.0.0.1/")]
    [InlineData("https://172.31.255.1/")]
    [InlineData("https://192.168.1.1/")]
    [InlineData("https://100.64.0.1/")]
    [InlineData("https://224.0.0.1/")]
    [InlineData("https://inside.hooks.test:PORT/")]
    public async Task Nothing_that_is_not_of_the_internet_is_asked(string url)
    {
        await using var receiver = new HookReceiver();
        var names = new Names("inside.hooks.test", "127.0.0.1");
        await using var world = await HookWorld.OpenAsync(new(), names);
        var hook = await world.AddAsync(url.Replace("PORT", $"{receiver.Port}"));
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.WorkAsync();
        var delivery = Assert.Single(await world.DeliveriesAsync(hook.Hook.Id));
        Assert.Contains("is at no public address", Assert.Single(delivery.Attempts).Fault);
        Assert.Equal((DeliveryState.Waiting, 0), (delivery.State, receiver.Connections));
    }

    [Fact]
    public async Task A_name_that_changes_is_looked_up_once_and_the_address_that_was_checked_is_asked()
    {
        await using var inside = new HookReceiver();
        await using var outside = new HookReceiver("127.0.0.2", inside.Port);
        // What is allowed when it is checked is inside when somebody looks a second time.
        var names = new Names("rebinds.hooks.test", "127.0.0.2", "127.0.0.1");
        IPNetwork[] internet = [IPNetwork.Parse("127.0.0.2/32")];
        await using var world = await HookWorld.OpenAsync(new() { AllowPrivate = true }, names, internet);
        var hook = await world.AddAsync($"http://rebinds.hooks.test:{inside.Port}/");
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.WorkAsync();
        Assert.Single(outside.TakeAll());
        Assert.Equal((1, 0), (names.Asked, inside.Connections));

        // A later connection looks anew, checks anew, and goes nowhere.
        outside.Answer = _ => null;
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.PassAsync(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(1));
        var last = (await world.DeliveriesAsync(hook.Hook.Id)).Single(one => one.State == DeliveryState.Waiting);
        Assert.Contains("is at no public address", last.Attempts[^1].Fault);
        Assert.Equal(0, inside.Connections);
    }

    [Fact]
    public async Task An_endpoint_without_TLS_is_for_development_alone()
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync(new());
        var hook = await world.AddAsync("http://192.0.1.1/");
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.WorkAsync();
        var delivery = Assert.Single(await world.DeliveriesAsync(hook.Hook.Id));
        Assert.Equal("Only https is sent to", delivery.Attempts[0].Fault);
    }

    [Theory]
    [InlineData("ftp://hooks.test/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://user:password@hooks.test/")]
    [InlineData("hooks.test")]
    [InlineData("https://hooks.test/#part")]
    [InlineData("https://a\u0378b.hooks.test/")]
    public async Task What_is_no_address_of_an_endpoint_is_refused_at_once(string url)
    {
        await using var world = await HookWorld.OpenAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => world.AddAsync(url));
    }

    sealed class Names(string name, params string[] addresses) : IResolver
    {
        public int Asked { get; private set; }

        public ValueTask<DnsAnswer> QueryAsync(DnsName asked, RecordType type, CancellationToken cancel)
        {
            var zone = new ZoneResolver();
            if (type == RecordType.A)
                zone.Add($"{name}. A {addresses[Math.Min(Asked++, addresses.Length - 1)]}");
            return zone.QueryAsync(asked, type, cancel);
        }
    }
}
