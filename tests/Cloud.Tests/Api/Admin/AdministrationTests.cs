using Cloud.Api.Admin;
using Cloud.Api.Gateway;
using Cloud.Mail;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Admin;

public sealed class AdministrationTests
{
    readonly MemoryRows rows = new();
    readonly MemoryBlobs blobs = new();

    Task<TestBackend> OpenAsync() => TestBackend.OpenAsync(rows, blobs);

    static async Task<RecipientVerdict> CheckAsync(TestBackend test, string to) =>
        await test.Gateway.CheckRecipientAsync(
            new(null, EmailAddress.TryParse(to)!, null, 0, System.Net.IPAddress.Loopback),
            default
        );

    static async Task RefusedAsync(ValueTask operation) =>
        Assert.NotEmpty((await Assert.ThrowsAsync<AdminException>(async () => await operation)).Message);

    [Fact]
    public async Task An_alias_reaches_each_of_its_targets_once()
    {
        var test = await OpenAsync();
        await test.Admin.AddAliasAsync("team@example.test", [TestBackend.Alice, TestBackend.Bob], default);
        await test.Admin.AddAliasAsync("all@example.test", ["team@example.test", TestBackend.Bob], default);
        await test.ReceiveAsync("text", "all@example.test", "alice+x@example.test");
        Assert.Single((await test.OpenAsync(test.AliceId)).Entries);
        Assert.Single((await test.OpenAsync(test.BobId)).Entries);
    }

    [Fact]
    public async Task A_catch_all_takes_what_the_domain_lacks()
    {
        var test = await OpenAsync();
        Assert.Equal(RecipientVerdict.NoSuchUser, await CheckAsync(test, "any@example.test"));
        await test.Admin.AddAliasAsync("*@example.test", [TestBackend.Bob], default);
        Assert.Equal(RecipientVerdict.Ok, await CheckAsync(test, "any@example.test"));
        await test.ReceiveAsync("text", "any@example.test", "alice+detail@example.test");
        Assert.Single((await test.OpenAsync(test.AliceId)).Entries);
        Assert.Single((await test.OpenAsync(test.BobId)).Entries);
        await test.Admin.RemoveAliasAsync("*@example.test", default);
        Assert.Equal(RecipientVerdict.NoSuchUser, await CheckAsync(test, "any@example.test"));
    }

    [Fact]
    public async Task An_exact_address_goes_before_the_one_without_detail()
    {
        var test = await OpenAsync();
        await test.Admin.AddAliasAsync("alice+bob@example.test", [TestBackend.Bob], default);
        await test.ReceiveAsync("text", "alice+bob@example.test");
        Assert.Empty((await test.OpenAsync(test.AliceId)).Entries);
        Assert.Single((await test.OpenAsync(test.BobId)).Entries);
    }

    [Fact]
    public async Task What_cannot_be_is_refused_in_words()
    {
        var test = await OpenAsync();
        await RefusedAsync(test.Admin.AddDomainAsync("example.test", default));
        await RefusedAsync(test.Admin.AddDomainAsync("no domain", default));
        await RefusedAsync(test.Admin.RemoveDomainAsync("example.test", default));
        await RefusedAsync(test.Admin.AddUserAsync(TestBackend.Alice, "x", default));
        await RefusedAsync(test.Admin.AddUserAsync("carol@elsewhere.test", "x", default));
        await RefusedAsync(test.Admin.AddUserAsync("carol@example.test", "", default));
        await RefusedAsync(test.Admin.RemoveUserAsync("carol@example.test", default));
        await RefusedAsync(test.Admin.AddAliasAsync(TestBackend.Alice, [TestBackend.Bob], default));
        await RefusedAsync(test.Admin.AddAliasAsync("x@example.test", ["x@example.test"], default));
        await RefusedAsync(test.Admin.AddAliasAsync("x@example.test", ["y@example.test"], default));
        await RefusedAsync(test.Admin.AddAliasAsync("x@example.test", [], default));
        await RefusedAsync(test.Admin.RemoveAliasAsync("x@example.test", default));
    }

    [Fact]
    public async Task A_removed_user_leaves_nothing_behind()
    {
        var test = await OpenAsync();
        for (var i = 0; i < 150; i++)
            await test.ReceiveAsync($"Message-ID: <{i}@x>\r\n\r\n", TestBackend.Alice);
        await test.Admin.RemoveUserAsync(TestBackend.Alice, default);

        Assert.Equal(0, blobs.Count);
        Assert.DoesNotContain(rows.AllKeys("mail"), key => key.Partition == test.AliceId.Value);
        Assert.Equal(RecipientVerdict.NoSuchUser, await CheckAsync(test, TestBackend.Alice));
        Assert.Equal(
            AuthenticateStatus.WrongCredentials,
            (await test.LoginAsync(TestBackend.Alice, TestBackend.Password)).Status
        );
        Assert.Equal([TestBackend.Bob], (await test.Admin.ListUsersAsync(default)).Select(user => user.Address));
        await test.Admin.AddUserAsync(TestBackend.Alice, "new", default);
        Assert.Equal(AuthenticateStatus.Ok, (await test.LoginAsync(TestBackend.Alice, "new")).Status);
    }

    [Fact]
    public async Task Users_are_listed_with_what_they_hold()
    {
        var test = await OpenAsync();
        await test.ReceiveAsync("12345", TestBackend.Bob);
        Assert.Equal(
            [new(TestBackend.Alice, 0, 0), new(TestBackend.Bob, 1, 5)],
            await test.Admin.ListUsersAsync(default)
        );
    }
}
