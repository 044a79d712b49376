using Cloud.Api.Gateway;
using Cloud.Store.Directory;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Gateway;

public sealed class LoginWatchTests
{
    [Fact]
    public async Task A_look_that_was_hurried_and_failed_is_made_again_soon()
    {
        var clock = new ManualClock();
        var looks = 0;
        var watch = new LoginWatch(
            (_, _) => ++looks == 1 ? throw new StoreException("It is down") : new ValueTask<bool>(false),
            clock
        );
        var login = new LoginStamp(TestBackend.Alice, new("account"), "stamp");
        var begun = clock.TimerAsync(LoginWatch.Every);
        var ending = watch.WaitAsync(login, default);
        await begun;
        var again = TimeSpan.FromSeconds(20);
        var failed = clock.TimerAsync(again);
        watch.LookAgain(DirectoryRows.User(login.Login));
        await failed;
        clock.Advance(again);
        await ending.AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(2, looks);
    }
}
