using Cloud.Api.Gateway.Wire;
using Cloud.Listener.Gateway;
using Cloud.Store.Ports;

namespace Cloud.Tests.Listener.Gateway;

/// <summary>A service that does not answer is spared, and nobody waits long for one that is busy.</summary>
public sealed class PressureTests : HopTests
{
    Task FailAsync(HttpGateway gateway) =>
        Assert.ThrowsAnyAsync<StoreException>(() => PassAsync(gateway.ListMailboxesAsync(Test.AliceId, default)));

    [Fact]
    public async Task After_failures_in_a_row_calls_fail_at_once_until_one_gets_through()
    {
        await using var gateway = Connect(Options with { Tries = 1, BreakAfter = 3 });
        Hop.Instead = Abort;
        for (var i = 0; i < 10; i++)
            await FailAsync(gateway);
        Assert.Equal(3, Asked("list"));

        Clock.Advance(Options.BreakFor);
        await FailAsync(gateway); // the probe
        await FailAsync(gateway);
        Assert.Equal(4, Asked("list"));

        Clock.Advance(Options.BreakFor);
        Hop.Instead = null;
        for (var i = 0; i < 3; i++)
            Assert.Equal(6, (await gateway.ListMailboxesAsync(Test.AliceId, default)).Count);
    }

    [Fact]
    public async Task A_listener_is_ready_again_after_the_pause_or_nobody_would_come_to_probe()
    {
        await using var gateway = Connect(Options with { Tries = 1, BreakAfter = 1 });
        Hop.Instead = Abort;
        await FailAsync(gateway);
        Assert.False(gateway.IsReachable);
        Clock.Advance(Options.BreakFor);
        Assert.True(gateway.IsReachable);
        await FailAsync(gateway);
        Assert.False(gateway.IsReachable);
    }

    [Fact]
    public async Task Only_one_call_probes()
    {
        await using var gateway = Connect(Options with { Tries = 1, BreakAfter = 1 });
        Hop.Instead = Abort;
        await FailAsync(gateway);
        Clock.Advance(Options.BreakFor);
        Hop.Instead = Hang;
        using var cancel = new CancellationTokenSource();
        var probe = gateway.ListMailboxesAsync(Test.AliceId, cancel.Token).AsTask();
        await Assert.ThrowsAnyAsync<StoreException>(() => gateway.ListMailboxesAsync(Test.AliceId, default).AsTask());
        // A probe that is given up tells nothing: the next call is one.
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => probe);
        Hop.Instead = null;
        Assert.Equal(6, (await gateway.ListMailboxesAsync(Test.AliceId, default)).Count);
    }

    [Fact]
    public async Task Messages_that_get_no_answer_are_failures_though_they_began_well()
    {
        await using var gateway = Connect(Options with { Tries = 1, BreakAfter = 2 }, claims: false);
        Hop.Instead = async (http, _) =>
        {
            await http.Request.Body.CopyToAsync(Stream.Null);
            http.Abort();
        };
        for (var i = 0; i < 2; i++)
        {
            Assert.True(gateway.IsReachable);
            await using var upload = await gateway.BeginUploadAsync(Test.NewTransaction(), default);
            await upload.WriteAsync("text"u8.ToArray(), default);
            await Assert.ThrowsAnyAsync<StoreException>(() => upload.CompleteAsync(default).AsTask());
        }
        Assert.False(gateway.IsReachable);
    }

    [Fact]
    public async Task A_message_that_begins_well_says_nothing_of_a_service_that_did_not_answer()
    {
        await using var gateway = Connect(Options with { Tries = 1, BreakAfter = 2 }, claims: false);
        Hop.Instead = Abort;
        await FailAsync(gateway);
        Hop.Instead = Hang;
        await using var upload = await gateway.BeginUploadAsync(Test.NewTransaction(), default);
        Hop.Instead = Abort;
        await FailAsync(gateway);
        Assert.False(gateway.IsReachable);
    }

    [Fact]
    public async Task A_peer_that_is_too_slow_is_no_fault_of_the_service()
    {
        await using var gateway = Connect(Options with { Tries = 1, BreakAfter = 1 }, claims: false);
        await using var upload = await gateway.BeginUploadAsync(Test.NewTransaction(), default);
        await upload.WriteAsync("text"u8.ToArray(), default);
        Clock.Advance(GatewayBudgets.Message);
        var fault = await Assert.ThrowsAnyAsync<StoreException>(async () =>
        {
            await upload.WriteAsync("text"u8.ToArray(), default);
            await upload.CompleteAsync(default);
        });
        Assert.Contains("took longer than 00:03:40", fault.Message);
        Assert.True(gateway.IsReachable);
    }

    [Fact]
    public async Task A_service_that_never_answers_a_whole_message_is_one_that_fails()
    {
        await using var gateway = Connect(Options with { Tries = 1, BreakAfter = 1 }, claims: false);
        Hop.Instead = Hang;
        await using var upload = await gateway.BeginUploadAsync(Test.NewTransaction(), default);
        await upload.WriteAsync("text"u8.ToArray(), default);
        Clock.Advance(GatewayBudgets.Message / 2); // the peer's time
        var completing = upload.CompleteAsync(default).AsTask();
        Clock.Advance(GatewayBudgets.Message / 2);
        await Assert.ThrowsAnyAsync<StoreException>(() => completing);
        Assert.False(gateway.IsReachable);
    }

    [Fact]
    public async Task A_store_that_fails_is_not_a_service_that_does_not_answer()
    {
        await using var gateway = Connect(Options with { Tries = 1, BreakAfter = 1 });
        Faults.Fail("query mail");
        await FailAsync(gateway);
        await FailAsync(gateway);
        Faults.Heal();
        Assert.Equal(6, (await gateway.ListMailboxesAsync(Test.AliceId, default)).Count);
    }

    [Theory]
    [InlineData(400, "bad-request")]
    [InlineData(404, "unknown-operation")]
    [InlineData(413, "too-large")]
    [InlineData(426, "version")]
    public async Task A_service_that_refuses_a_call_in_its_own_words_answers(int status, string error)
    {
        await using var gateway = Connect(Options with { Tries = 1, BreakAfter = 1 });
        var problem = $$"""{"error":"{{error}}","message":"m","retryable":false,"outcomeUnknown":false}""";
        Hop.Instead = Say(status, WireFormat.Json, problem);
        await FailAsync(gateway);
        await FailAsync(gateway);
        Assert.Equal(2, Asked("list"));
        Assert.True(gateway.IsReachable);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(413)]
    public async Task A_refusal_in_other_words_is_somebody_else_s(int status)
    {
        await using var gateway = Connect(Options with { Tries = 1, BreakAfter = 1 });
        Hop.Instead = Say(status, "text/html", "no");
        await FailAsync(gateway);
        Assert.False(gateway.IsReachable);
    }

    [Fact]
    public async Task More_calls_than_there_are_turns_wait_and_not_for_long()
    {
        await using var gateway = Connect(Options with { InFlight = 1, Waiting = 1 });
        var blocked = new TaskCompletionSource();
        Hop.Instead = async (_, answer) =>
        {
            await blocked.Task;
            await answer();
        };
        var first = gateway.ListMailboxesAsync(Test.AliceId, default).AsTask();
        var second = gateway.ListMailboxesAsync(Test.AliceId, default).AsTask();
        var third = gateway.ListMailboxesAsync(Test.AliceId, default).AsTask();
        await Assert.ThrowsAnyAsync<StoreException>(() => third); // no room to wait
        Clock.Advance(Options.Turn);
        await Assert.ThrowsAnyAsync<StoreException>(() => second); // waited long enough
        var fourth = gateway.ListMailboxesAsync(Test.AliceId, default).AsTask();
        blocked.SetResult();
        Assert.Equal(6, (await first).Count);
        Assert.Equal(6, (await fourth).Count);
    }

    [Theory]
    [InlineData("ftp://a/", 64, 4)]
    [InlineData("http://a/", 0, 4)]
    [InlineData("http://a/", 64, 0)]
    public void Options_that_cannot_be_are_told(string address, int inFlight, int tries) =>
        Assert.Single(
            new HttpGatewayOptions
            {
                Address = new(address),
                InFlight = inFlight,
                Tries = tries,
            }.Faults()
        );
}
