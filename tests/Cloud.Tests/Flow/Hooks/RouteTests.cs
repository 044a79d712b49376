using Cloud.Api.Gateway;
using Cloud.Flow.Hooks;
using Cloud.Flow.Hooks.Routes;
using Cloud.Mail;
using Cloud.Store.Hooks;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Hooks;

/// <summary>Addresses without a mailbox, whose mail endpoints alone are told of.</summary>
public sealed class RouteTests
{
    [Fact]
    public async Task Mail_of_a_pattern_is_told_and_then_gone()
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        await world.AddAsync(receiver.Url);
        var route = await AddAsync(world, "orders-*@example.test", 0);
        var answer = await world.Test.ReceiveAsync(HookWorld.Text, "orders-17@example.test");
        Assert.Equal(ReceiveStatus.Accepted, answer.Status);
        Assert.Equal(1, await CountAsync(world, route));
        await world.WorkAsync();
        var told = Assert.Single(receiver.TakeAll());
        Assert.Equal("orders-17@example.test", told.Data.GetProperty("address").GetString());
        Assert.Contains("Two of them.", told.Data.GetProperty("text").GetString());
        Assert.Equal(0, await CountAsync(world, route));
        Assert.Equal(
            ReceiveStatus.Rejected,
            (await world.Test.ReceiveAsync(HookWorld.Text, "offers-1@example.test")).Status
        );
    }

    [Fact]
    public async Task What_an_endpoint_has_not_taken_stays_until_it_has()
    {
        await using var taking = new HookReceiver();
        await using var failing = new HookReceiver { Answer = _ => HookReceiver.Say(500) };
        await using var world = await HookWorld.OpenAsync();
        await world.AddAsync(taking.Url);
        await world.AddAsync(failing.Url);
        var route = await AddAsync(world, "in@example.test", 0);
        await world.Test.ReceiveAsync(HookWorld.Text, "in@example.test");
        await world.WorkAsync();
        Assert.Single(taking.TakeAll());
        Assert.Equal(1, await CountAsync(world, route));
        failing.Answer = _ => HookReceiver.Say(200);
        await world.PassAsync(TimeSpan.FromSeconds(10));
        Assert.Contains("Two of them.", failing.TakeAll()[^1].Data.GetProperty("text").GetString());
        Assert.Equal(0, await CountAsync(world, route));
    }

    [Fact]
    public async Task What_two_domains_are_told_of_stays_until_both_have_it()
    {
        await using var taking = new HookReceiver();
        await using var failing = new HookReceiver { Answer = _ => HookReceiver.Say(500) };
        await using var world = await HookWorld.OpenAsync();
        await world.Test.Admin.AddDomainAsync("other.test", default);
        var route = await AddAsync(world, "in@example.test", 0);
        await world.Test.Admin.AddAliasAsync("in@other.test", ["in@example.test"], default);
        await world.AddAsync(HookWorld.Wanted(taking.Url) with { Domain = "example.test" });
        await world.AddAsync(HookWorld.Wanted(failing.Url) with { Domain = "other.test" });
        await world.Test.ReceiveAsync(HookWorld.Text, "in@example.test", "in@other.test");
        await world.WorkAsync();
        Assert.Single(taking.TakeAll());
        Assert.Equal(1, await CountAsync(world, route));
        failing.Answer = _ => HookReceiver.Say(200);
        await world.PassAsync(TimeSpan.FromSeconds(10));
        Assert.Contains("Two of them.", failing.TakeAll()[^1].Data.GetProperty("text").GetString());
        Assert.Equal(0, await CountAsync(world, route));
    }

    [Fact]
    public async Task It_stays_while_the_links_that_were_told_are_good()
    {
        await using var receiver = new HookReceiver();
        var options = new HookOptions { AllowPrivate = true, PublicUrl = new("https://mail.example.test") };
        await using var world = await HookWorld.OpenAsync(options);
        await world.AddAsync(receiver.Url);
        var route = await AddAsync(world, "in@example.test", 0);
        await world.Test.ReceiveAsync(HookWorld.Text, "in@example.test");
        await world.WorkAsync();
        var link = Assert.Single(receiver.TakeAll()).Data.GetProperty("raw").GetProperty("url").GetString()!;
        var token = link["https://mail.example.test/api/v1/links/".Length..];
        await world.PassAsync(options.LinkLife - TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
        var opened = await world.Test.Backend.Hooks.OpenLinkAsync(token, default);
        Assert.NotNull(opened);
        await opened.Content.DisposeAsync();
        await world.PassAsync(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(1));
        Assert.Equal(0, await CountAsync(world, route));
        Assert.Equal(0, world.MemoryQueues.CountOf("hooks"));
    }

    [Fact]
    public async Task It_stays_until_the_endpoint_that_was_told_last_has_it()
    {
        await using var receiver = new HookReceiver { Answer = _ => HookReceiver.Say(500) };
        await using var world = await HookWorld.OpenAsync();
        await world.AddAsync(receiver.Url);
        var late = (await world.AddAsync(receiver.Url)).Hook.Id;
        var route = await AddAsync(world, "in@example.test", 0);
        await world.Test.ReceiveAsync(HookWorld.Text, "in@example.test");
        await world.WorkAsync();
        // As if a process had ended between the one's row and the other's.
        var delivery = Assert.Single(await world.DeliveriesAsync(late));
        var drop = new RowTransaction(late).Delete(HookRows.Delivery(late, delivery.Event.Number).Row);
        await world.MemoryRows.CommitAsync(HookRows.Table, drop, default);
        receiver.Answer = _ => HookReceiver.Say(200);
        await world.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(1, await CountAsync(world, route));
    }

    [Fact]
    public async Task What_is_kept_for_days_goes_with_the_sweep()
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        await world.AddAsync(receiver.Url);
        var route = await AddAsync(world, "*@example.test", 7);
        await world.Test.ReceiveAsync(HookWorld.Text, "anything@example.test");
        world.Clock.Advance(TimeSpan.FromDays(4));
        await world.Test.ReceiveAsync(HookWorld.Text, "more@example.test", TestBackend.Alice);
        await world.WorkAsync();
        Assert.Equal(2, await CountAsync(world, route));
        world.Clock.Advance(TimeSpan.FromDays(4));
        await world.Test.Backend.Sweeper.RunAsync(TimeSpan.FromHours(1), default);
        Assert.Equal(1, await CountAsync(world, route));
        Assert.Single((await world.Test.OpenAsync(world.Test.AliceId)).Entries);
    }

    [Fact]
    public async Task Users_and_aliases_come_first_and_the_more_exact_pattern_before_the_other()
    {
        await using var world = await HookWorld.OpenAsync();
        var wide = await AddAsync(world, "a*@example.test", 1);
        var narrow = await AddAsync(world, "ann*@example.test", 1);
        await world.Test.ReceiveAsync(HookWorld.Text, TestBackend.Alice);
        await world.Test.ReceiveAsync(HookWorld.Text, "alice+tag@example.test");
        await world.Test.ReceiveAsync(HookWorld.Text, "anna@example.test");
        await world.Test.ReceiveAsync(HookWorld.Text, "arthur@example.test");
        Assert.Equal(2, (await world.Test.OpenAsync(world.Test.AliceId)).Entries.Count);
        Assert.Equal((1, 1), (await CountAsync(world, wide), await CountAsync(world, narrow)));
    }

    [Fact]
    public async Task A_route_is_no_user()
    {
        await using var world = await HookWorld.OpenAsync();
        await AddAsync(world, "in@example.test", 1);
        Assert.DoesNotContain(
            await world.Test.Admin.ListUsersAsync(default),
            user => user.Address == "in@example.test"
        );
        Assert.Equal(2, (await world.Test.Backend.Statistics.ReadAsync(default)).Users);
        Assert.NotEqual(
            AuthenticateStatus.Ok,
            (await world.Test.LoginAsync("in@example.test", TestBackend.Password)).Status
        );
        Assert.NotNull((await world.Test.Backend.Hooks.Routes.AddAsync(TestBackend.Alice, 0, default)).Fault);
        Assert.NotNull((await world.Test.Backend.Hooks.Routes.AddAsync("x@other.test", 0, default)).Fault);
    }

    [Fact]
    public async Task A_route_that_is_removed_takes_no_mail_any_more()
    {
        await using var world = await HookWorld.OpenAsync();
        await AddAsync(world, "in-*@example.test", 1);
        await world.Test.ReceiveAsync(HookWorld.Text, "in-1@example.test");
        Assert.True(await world.Test.Backend.Hooks.Routes.RemoveAsync("in-*@example.test", default));
        Assert.Equal(
            ReceiveStatus.Rejected,
            (await world.Test.ReceiveAsync(HookWorld.Text, "in-1@example.test")).Status
        );
        Assert.Empty(await world.Test.Backend.Hooks.Routes.ListAsync(null, default));
        Assert.Equal(0, world.MemoryBlobs.Count);
    }

    [Theory]
    [InlineData("*", "", true)]
    [InlineData("a*b", "ab", true)]
    [InlineData("a*b", "acbcb", true)]
    [InlineData("a*b", "abc", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "ac", false)]
    [InlineData("*.TEST", "x.test", true)]
    [InlineData("**a**", "bab", true)]
    [InlineData("", "a", false)]
    public void Patterns_know_a_star_and_a_question_mark(string pattern, string text, bool matches) =>
        Assert.Equal(matches, Wildcards.Matches(pattern, text));

    static async Task<RouteInfo> AddAsync(HookWorld world, string address, int days)
    {
        var (route, fault) = await world.Test.Backend.Hooks.Routes.AddAsync(address, days, default);
        Assert.Null(fault);
        return route!;
    }

    static async Task<int> CountAsync(HookWorld world, RouteInfo route) =>
        (await world.Test.Backend.Accounts.CurrentAsync(new(route.Account), default))!.Account.Messages;
}
