using System.Net;
using Cloud.Api.Gateway;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Gateway;

public abstract class TokenLoginTests(Hop hop) : GatewayTests(hop)
{
    readonly ManualClock clock = new();
    readonly FakeTokens tokens = new();

    Task<TestBackend> OpenAsync() => OpenAsync(time: clock, tokens: tokens);

    static async Task<AuthenticateResult> LogInAsync(
        TestBackend test,
        string login,
        string token,
        string client = "192.0.2.1"
    ) => await test.Gateway.AuthenticateTokenAsync(new(login, token, IPAddress.Parse(client)), default);

    [Theory]
    [InlineData(TestBackend.Alice)]
    [InlineData("ALICE@Example.Test")]
    [InlineData("alice")]
    [InlineData("")]
    public async Task A_token_opens_the_mail_of_whom_it_names(string login)
    {
        var test = await OpenAsync();
        var result = await LogInAsync(test, login, FakeTokens.Alices);
        Assert.Equal(AuthenticateStatus.Ok, result.Status);
        Assert.Equal((test.AliceId, TestBackend.Alice), (result.Account, result.Login));
        Assert.Equal(TestBackend.Alice, result.Stamp!.Login);
    }

    [Theory]
    [InlineData(TestBackend.Alice, FakeTokens.Bobs)]
    [InlineData(TestBackend.Alice, "unknown")]
    [InlineData("", "unknown")]
    [InlineData("alice+x@example.test", FakeTokens.Alices)]
    [InlineData("nobody@example.test", "nobodys")]
    [InlineData("team@example.test", "teams")]
    [InlineData("", "teams")]
    [InlineData("", "routes")]
    [InlineData("route@example.test", "routes")]
    [InlineData(TestBackend.Bob, FakeTokens.Bobs)]
    public async Task Nothing_else_is_opened(string login, string token)
    {
        var test = await OpenAsync();
        await test.Admin.AddSharedUserAsync("team@example.test", default);
        Assert.Null((await test.Backend.Hooks.Routes.AddAsync("route@example.test", 1, default)).Fault);
        if (login == TestBackend.Bob)
            await test.Admin.Users.SuspendAsync(login, default);
        tokens.Owners["nobodys"] = "nobody@example.test";
        tokens.Owners["teams"] = "team@example.test";
        tokens.Owners["routes"] = "route@example.test";
        Assert.Equal(AuthenticateStatus.WrongCredentials, (await LogInAsync(test, login, token)).Status);
    }

    [Fact]
    public async Task Wrong_tokens_make_an_account_wait_as_wrong_passwords_do()
    {
        var test = await OpenAsync();
        for (var i = 0; i < 6; i++)
            await LogInAsync(test, TestBackend.Alice, $"guess{i}", $"192.0.2.{i}");
        var asked = tokens.Asked;
        var locked = await LogInAsync(test, TestBackend.Alice, FakeTokens.Alices, "192.0.2.99");
        Assert.Equal((AuthenticateStatus.LockedOut, 1), (locked.Status, (int)locked.RetryAfter.TotalSeconds));
        Assert.Equal(AuthenticateStatus.LockedOut, (await test.LoginAsync(TestBackend.Alice, "x", "192.0.2.9")).Status);
        Assert.Equal(asked, tokens.Asked);
        clock.Advance(locked.RetryAfter);
        Assert.Equal(AuthenticateStatus.Ok, (await LogInAsync(test, TestBackend.Alice, FakeTokens.Alices)).Status);
    }

    [Fact]
    public async Task A_good_token_makes_up_for_wrong_ones()
    {
        var test = await OpenAsync();
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 4; i++)
                await LogInAsync(test, TestBackend.Alice, $"guess{i}", $"192.0.2.{i}");
            Assert.Equal(AuthenticateStatus.Ok, (await LogInAsync(test, TestBackend.Alice, FakeTokens.Alices)).Status);
        }
    }

    [Fact]
    public async Task Nobody_locks_out_who_was_let_in_a_moment_ago()
    {
        var test = await OpenAsync();
        for (var i = 0; i < 6; i++)
            await LogInAsync(test, TestBackend.Alice, $"guess{i}", $"192.0.2.{i}");
        tokens.Known.Add(FakeTokens.Alices);
        Assert.Equal(AuthenticateStatus.Ok, (await LogInAsync(test, TestBackend.Alice, FakeTokens.Alices)).Status);
        Assert.NotEqual(AuthenticateStatus.Ok, (await LogInAsync(test, TestBackend.Bob, FakeTokens.Alices)).Status);
        await test.Admin.Users.SuspendAsync(TestBackend.Alice, default);
        Assert.NotEqual(AuthenticateStatus.Ok, (await LogInAsync(test, TestBackend.Alice, FakeTokens.Alices)).Status);
    }

    [Fact]
    public async Task Guesses_without_a_name_make_their_network_wait_and_nobody_else()
    {
        var test = await OpenAsync();
        for (var i = 0; i < 21; i++)
            await LogInAsync(test, "", $"guess{i}");
        Assert.Equal(AuthenticateStatus.LockedOut, (await LogInAsync(test, "", FakeTokens.Alices)).Status);
        Assert.Equal(AuthenticateStatus.Ok, (await LogInAsync(test, "", FakeTokens.Alices, "198.51.100.1")).Status);
    }

    [Fact]
    public async Task While_nobody_can_tell_nothing_is_counted()
    {
        var test = await OpenAsync();
        tokens.IsDown = true;
        for (var i = 0; i < 8; i++)
            await Assert.ThrowsAnyAsync<StoreException>(() => LogInAsync(test, TestBackend.Alice, "x"));
        tokens.IsDown = false;
        // By way of another process it may be a while until it is asked again.
        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(AuthenticateStatus.Ok, (await LogInAsync(test, TestBackend.Alice, FakeTokens.Alices)).Status);
    }

    [Fact]
    public async Task A_login_by_token_counts_as_long_as_its_user_does()
    {
        var test = await OpenAsync();
        var login = (await LogInAsync(test, TestBackend.Alice, FakeTokens.Alices)).Stamp!;
        var ended = test.Gateway.WatchLoginAsync(login, default).AsTask();
        await test.Admin.SetPasswordAsync(TestBackend.Alice, "another one", default);
        await test.Admin.Users.SuspendAsync(TestBackend.Bob, default);
        Assert.True(login.Fits(await test.Backend.Directory.FindUserAsync(TestBackend.Alice, default)));
        Assert.False(login.Fits(await test.Backend.Directory.FindUserAsync(TestBackend.Bob, default)));
        Assert.False(ended.IsCompleted);
        await test.Admin.Users.SuspendAsync(TestBackend.Alice, default);
        await clock.RunAsync(ended, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Where_nobody_checks_tokens_each_is_refused_and_none_is_counted()
    {
        var test = await OpenAsync(time: clock);
        for (var i = 0; i < 8; i++)
            Assert.Equal(
                AuthenticateStatus.WrongCredentials,
                (await LogInAsync(test, TestBackend.Alice, FakeTokens.Alices)).Status
            );
        Assert.Equal(AuthenticateStatus.Ok, (await test.LoginAsync(TestBackend.Alice, TestBackend.Password)).Status);
    }

    [Fact]
    public void Neither_a_token_nor_a_secret_is_in_the_text_of_a_record()
    {
        Assert.DoesNotContain("s3cret", $"{new TokenRequest("a", "s3cret", IPAddress.Any)}", StringComparison.Ordinal);
        var options = new Cloud.Api.Gateway.OAuth.TokenOptions(new("https://id.test/"), "me", "s3cret");
        Assert.DoesNotContain("s3cret", $"{options}", StringComparison.Ordinal);
    }
}

public sealed class LocalTokenLoginTests() : TokenLoginTests(Hop.None);

public sealed class HttpTokenLoginTests() : TokenLoginTests(Hop.Claim);
