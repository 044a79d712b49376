using Cloud.Api.Gateway;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Gateway;

/// <summary>Logins through a proxy that hides who asks: nobody is locked out for what others did.</summary>
public sealed class UnknownClientTests
{
    readonly ManualClock clock = new();

    [Fact]
    public async Task Failures_of_many_names_lock_nobody_else_out()
    {
        var test = await TestBackend.OpenAsync(time: clock);
        for (var i = 0; i < 40; i++)
            await test.LoginAsync($"user{i}@example.test", "", $"{ClientAddress.Unknown}");
        var result = await test.LoginAsync(TestBackend.Alice, TestBackend.Password, $"{ClientAddress.Unknown}");
        Assert.Equal(AuthenticateStatus.Ok, result.Status);
    }

    [Fact]
    public async Task An_account_still_waits_after_too_many_failures_even_if_somebody_knew_its_password_before()
    {
        var test = await TestBackend.OpenAsync(time: clock);
        await test.LoginAsync(TestBackend.Alice, TestBackend.Password, $"{ClientAddress.Unknown}");
        for (var i = 0; i < 10; i++)
            await test.LoginAsync(TestBackend.Alice, "wrong", $"{ClientAddress.Unknown}");
        // Whoever knew it may have been the proxy's other side: a guesser there must not be let past the wait.
        var result = await test.LoginAsync(TestBackend.Alice, TestBackend.Password, $"{ClientAddress.Unknown}");
        Assert.Equal(AuthenticateStatus.LockedOut, result.Status);
    }
}
