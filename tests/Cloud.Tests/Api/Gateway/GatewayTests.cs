using Cloud.Api.Gateway.OAuth;
using Cloud.Flow.Outbound;
using Cloud.Flow.Submission;
using Cloud.Store;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Gateway;

/// <summary>What holds of every gateway: derived once for each way to reach it.</summary>
public abstract class GatewayTests(Hop hop) : IAsyncLifetime
{
    readonly List<TestBackend> opened = [];

    protected async Task<TestBackend> OpenAsync(
        IRows? rows = null,
        IBlobs? blobs = null,
        IQueues? queues = null,
        TimeProvider? time = null,
        StoreOptions? options = null,
        ulong seed = 1,
        SubmissionOptions? submission = null,
        IRelay? relay = null,
        ITokenCheck? tokens = null
    )
    {
        var test = await TestBackend.OpenAsync(
            rows,
            blobs,
            queues,
            time,
            options,
            seed,
            hop,
            submission,
            relay,
            tokens: tokens
        );
        opened.Add(test);
        return test;
    }

    /// <summary>Moves the clock; what a step brings about over HTTP is through before the next one.</summary>
    protected async Task AdvanceAsync(ManualClock clock, TimeSpan time)
    {
        var step = TimeSpan.FromSeconds(5);
        for (; time > TimeSpan.Zero; time -= step)
        {
            clock.Advance(time < step ? time : step);
            await SettleAsync();
        }
    }

    /// <summary>Waits until no call is on its way.</summary>
    protected async Task SettleAsync()
    {
        await Task.Delay(5); // for what the clock has just started to get on its way
        while (opened.Exists(test => test.Hop?.UnderWay > 0))
            await Task.Delay(1);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var test in opened)
            await test.DisposeAsync();
    }
}
