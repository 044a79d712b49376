using System.Reflection;
using Cloud.Api.Gateway;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Listener.Imap;

/// <summary>What shows only in a mailbox of some size.</summary>
public sealed class LargeMailboxTests
{
    [Fact]
    public async Task A_long_search_says_how_far_it_is()
    {
        var clock = new ManualClock();
        var backend = await FilledAsync(clock);
        var gateway = SlowGateway.Of(backend.Gateway, () => clock.Advance(TimeSpan.FromSeconds(6)));
        await using var listener = await ImapServer.ListenAsync(backend, gateway: gateway);
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("EXAMINE INBOX");
        var answer = await client.AskAsync("SEARCH OR SUBJECT \"message 7\" SUBJECT \"message 2100\"");
        Assert.StartsWith("* OK [INPROGRESS (\"t3\" 2000 2100)]", answer, StringComparison.Ordinal);
        Assert.Contains("* SEARCH 7 70 71", answer, StringComparison.Ordinal);
        Assert.Contains(" 799 2100\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batches_of_uids_lie_side_by_side_from_the_newest_to_1()
    {
        await using var listener = await ImapServer.ListenAsync(await FilledAsync(new ManualClock()));
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("SELECT INBOX");
        await client.DoAsync("UID STORE 1,1500:1599 +FLAGS.SILENT (\\Deleted)");
        await client.DoAsync("EXPUNGE");
        Assert.Contains(
            "* UIDBATCHES (TAG \"t5\") 2100:1301,1300:601,600:1\r\n",
            await client.AskAsync("UIDBATCHES 700"),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "* UIDBATCHES (TAG \"t6\") 1300:601\r\n",
            await client.AskAsync("UIDBATCHES 700 2:2"),
            StringComparison.Ordinal
        );
    }

    static async Task<TestBackend> FilledAsync(ManualClock clock)
    {
        var backend = await TestBackend.OpenAsync(time: clock);
        for (var i = 1; i <= 2100; i++)
            await backend.ReceiveAsync(ImapServer.Plain(i), TestBackend.Alice);
        return backend;
    }

    /// <summary>A gateway whose searches take their time.</summary>
#pragma warning disable CA1852, MA0053 // A proxy derives from it.
    class SlowGateway : DispatchProxy
#pragma warning restore CA1852, MA0053
    {
        IGateway gateway = null!;
        Action wait = null!;

        public static IGateway Of(IGateway gateway, Action wait)
        {
            var proxy = Create<IGateway, SlowGateway>();
            ((SlowGateway)(object)proxy).gateway = gateway;
            ((SlowGateway)(object)proxy).wait = wait;
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == nameof(IGateway.SearchAsync))
                wait();
            return targetMethod.Invoke(gateway, args);
        }
    }
}
