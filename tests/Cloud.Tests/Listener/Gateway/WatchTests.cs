using Cloud.Api.Gateway;
using Cloud.Listener.Gateway;
using Cloud.Listener.Imap;
using Cloud.Store.Mailboxes;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;
using Cloud.Tests.Listener.Imap;

namespace Cloud.Tests.Listener.Gateway;

/// <summary>Sessions learn of changes that were made elsewhere.</summary>
public sealed class WatchTests : HopTests
{
    /// <summary>A message comes after a watch has begun.</summary>
    /// <returns>The watch, and the revision that it is to end with.</returns>
    async Task<(Task<ulong> Watch, ulong Expected)> ReceiveWhileWatchingAsync(HttpGateway gateway)
    {
        var view = await Test.OpenAsync(Test.AliceId);
        var watch = gateway.WatchAsync(Test.AliceId, view.Revision, default).AsTask();
        while (Asked("watch") == 0 || Hop.UnderWay > 0)
            await Task.Delay(1);
        await Test.ReceiveAsync("text", TestBackend.Alice);
        return (watch, view.Revision + 1);
    }

    [Fact]
    public async Task A_listener_with_a_queue_is_told_without_asking_again()
    {
        var name = ListenerWatch.NewListener(Test.Entropy);
        await using var gateway = Connect(Options with { Listener = name });
        var (watch, expected) = await ReceiveWhileWatchingAsync(gateway);
        Assert.Equal(1, Queues.CountOf($"watch-{name}"));
        Assert.Equal(expected, await PassAsync(watch));
        Assert.Equal(1, Asked("watch"));
    }

    [Fact]
    public async Task A_listener_without_a_queue_looks_now_and_then()
    {
        await using var gateway = Connect();
        var (watch, expected) = await ReceiveWhileWatchingAsync(gateway);
        Assert.Equal(expected, await PassAsync(watch));
        Assert.Equal(2, Asked("watch"));
    }

    [Fact]
    public async Task A_watcher_outlives_a_service_that_does_not_answer_for_a_while()
    {
        await using var gateway = Connect();
        var (watch, expected) = await ReceiveWhileWatchingAsync(gateway);
        Hop.Instead = Abort;
        while (Asked("watch") < 5)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1);
        }
        Hop.Instead = null;
        Assert.Equal(expected, await PassAsync(watch));
    }

    [Fact]
    public Task A_session_that_idles_hears_of_mail_over_http() =>
        ImapServer.PlayAsync(
            """
            [1]
            S: * OK *
            C: l LOGIN alice@example.test "correct horse"
            S: l OK *
            C: s EXAMINE INBOX
            S: * FLAGS *
            S: * OK *
            S: * 0 EXISTS
            S: * 0 RECENT
            S: * OK *
            S: * OK *
            S: * OK [MAILBOXID *] *
            S: s OK *
            C: i IDLE
            S: + idling
            [2]
            S: * OK *
            C: l LOGIN alice@example.test "correct horse"
            S: l OK *
            C: a APPEND INBOX {4+}
            C: abcd
            S: a OK *
            [1]
            S: * 1 EXISTS
            S: * 1 RECENT
            C: done
            S: i OK *
            """,
            hop: Fakes.Hop.Claim
        );
}
