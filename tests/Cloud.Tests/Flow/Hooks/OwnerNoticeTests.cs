using Cloud.Flow.Hooks;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Hooks;

/// <summary>Whose webhook fails hears of it, and nobody else.</summary>
public sealed class OwnerNoticeTests
{
    const string Theirs = "postmaster@a-tenant.test";
    const string Ours = "postmaster@example.test";

    [Theory]
    [InlineData(null, 1, 0)]
    [InlineData("", 1, 0)]
    [InlineData("t1", 0, 1)]
    public async Task A_postmaster_hears_of_those_alone_that_are_his(string? tenant, int ours, int theirs)
    {
        await using var receiver = new HookReceiver { Answer = _ => HookReceiver.Say(410) };
        await using var world = await OpenAsync();
        await world.Test.AddUserAsync(Ours);
        var kind = tenant is "" ? MailEventKind.Test : MailEventKind.Received;
        var hook = (await world.AddAsync(HookWorld.Wanted(receiver.Url) with { Tenant = tenant })).Hook.Id;
        if (kind == MailEventKind.Test)
            await world.Control.TestAsync(hook, default);
        else
            await world.Test.ReceiveAsync(HookWorld.Text, "ann@a-tenant.test");
        await world.WorkAsync();
        Assert.Single(receiver.TakeAll());
        Assert.Equal((ours, theirs), (await CountAsync(world, Ours), await CountAsync(world, Theirs)));
        Assert.NotNull((await world.Control.FindAsync(hook, default))!.Endpoint.ToldAt);
    }

    [Fact]
    public async Task Where_nobody_could_be_told_somebody_is_later()
    {
        await using var receiver = new HookReceiver { Answer = _ => HookReceiver.Say(500) };
        await using var world = await OpenAsync();
        var hook = (await world.AddAsync(receiver.Url)).Hook.Id;
        await world.Test.ReceiveAsync(HookWorld.Text, "ann@a-tenant.test");
        await world.PassAsync(TimeSpan.FromHours(3), TimeSpan.FromMinutes(10));
        Assert.Null((await world.Control.FindAsync(hook, default))!.Endpoint.ToldAt);
        await world.Test.AddUserAsync(Ours);
        await world.PassAsync(TimeSpan.FromHours(12), TimeSpan.FromMinutes(10));
        Assert.Equal((1, 0), (await CountAsync(world, Ours), await CountAsync(world, Theirs)));
    }

    /// <summary>The tenant's domain is the first that is listed.</summary>
    static async Task<HookWorld> OpenAsync()
    {
        var world = await HookWorld.OpenAsync();
        await world.Test.Admin.AddDomainAsync("a-tenant.test", "t1", default);
        await world.Test.AddUserAsync("ann@a-tenant.test");
        await world.Test.AddUserAsync(Theirs);
        return world;
    }

    static async Task<int> CountAsync(HookWorld world, string user) =>
        (await world.Test.OpenAsync(await world.Test.AccountAsync(user))).Entries.Count;
}
