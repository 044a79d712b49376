using Cloud.Api.Gateway.Wire;
using Cloud.Flow.Outbound;
using Cloud.Listener.Gateway;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;
using Microsoft.AspNetCore.Http;

namespace Cloud.Tests.Listener.Gateway;

/// <summary>What goes wrong on the way is a fault of ours to the front, and is tried again only where that is harmless.</summary>
public sealed class RetryTests : HopTests
{
    const string Html = "text/html";

    static Func<HttpContext, Func<Task>, Task> Behaviour(string name) =>
        name switch
        {
            "abort" => Abort,
            "lost" => Lose,
            "empty" => Say(200, WireFormat.Json, ""),
            "null" => Say(200, WireFormat.Json, "null"),
            "garbage" => Say(200, WireFormat.Json, "{\"mailboxes\":[{}]}"),
            "packed" => Say(200, WireFormat.Packed, "\u0001\u0002"),
            "page" => Say(200, Html, "Your app is up and running"),
            "cut" => async (http, _) =>
            {
                http.Response.ContentType = WireFormat.Json;
                await http.Response.Body.WriteAsync("{\"mailboxes\":["u8.ToArray());
                await http.Response.Body.FlushAsync();
                http.Abort();
            },
            "store" => (http, answer) =>
                Say(
                    503,
                    WireFormat.Json,
                    """{"error":"store","message":"m","retryable":true,"outcomeUnknown":false}"""
                )(http, answer),
            _ => Say(int.Parse(name, System.Globalization.CultureInfo.InvariantCulture), Html, "no"),
        };

    [Theory]
    [InlineData("abort", 4, 1)]
    [InlineData("lost", 4, 1)]
    [InlineData("empty", 4, 1)]
    [InlineData("null", 4, 1)]
    [InlineData("garbage", 4, 1)]
    [InlineData("packed", 4, 1)]
    [InlineData("page", 4, 1)]
    [InlineData("cut", 4, 1)]
    [InlineData("store", 4, 1)]
    [InlineData("500", 4, 1)]
    [InlineData("502", 4, 1)]
    [InlineData("503", 4, 1)]
    [InlineData("429", 4, 4)]
    [InlineData("401", 1, 1)]
    [InlineData("403", 1, 1)]
    [InlineData("404", 1, 1)]
    [InlineData("302", 1, 1)]
    public async Task A_call_is_tried_as_often_as_is_harmless(string behaviour, int repeatable, int other)
    {
        await using var gateway = Connect(Options with { BreakAfter = 100 });
        Hop.Instead = Behaviour(behaviour);
        await Assert.ThrowsAnyAsync<StoreException>(() => PassAsync(gateway.ListMailboxesAsync(Test.AliceId, default)));
        Assert.Equal(repeatable, Asked("list"));
        await Assert.ThrowsAnyAsync<StoreException>(() =>
            PassAsync(gateway.CreateMailboxAsync(Test.AliceId, "New", MailboxRole.None, default))
        );
        Assert.Equal(other, Asked("create"));
    }

    [Theory]
    [InlineData(QueueVerb.Hold, "change-submission", 3)]
    [InlineData(QueueVerb.Cancel, "change-submission", 3)]
    [InlineData(QueueVerb.Retry, "retry-submission", 1)]
    public async Task A_change_of_a_submission_is_asked_for_again_unless_it_would_be_sent_twice(
        QueueVerb verb,
        string operation,
        int asked
    )
    {
        await using var gateway = Connect();
        var text = $"From: {TestBackend.Alice}\r\n\r\ntext\r\n";
        var request = await Test.PrepareAsync(text, TestBackend.Alice, "somebody@elsewhere.test");
        request = request with { HoldUntil = Clock.GetUtcNow().AddDays(1) };
        await PassAsync(gateway.SubmitAsync(request, default));
        var losses = 2;
        Hop.Instead = (http, answer) => losses-- > 0 ? Lose(http, answer) : answer();
        var call = PassAsync(gateway.ChangeSubmissionAsync(Test.AliceId, request.Transaction, verb, default));
        if (asked == 1)
            await Assert.ThrowsAnyAsync<StoreException>(() => call);
        else
            Assert.True((await call).IsOk);
        Assert.Equal(asked, Asked(operation));
    }

    [Fact]
    public async Task A_fault_that_passes_is_not_noticed()
    {
        await using var gateway = Connect();
        var failures = 2;
        Hop.Instead = (http, answer) => failures-- > 0 ? Abort(http, answer) : answer();
        Assert.Equal(6, (await PassAsync(gateway.ListMailboxesAsync(Test.AliceId, default))).Count);
        Assert.Equal(3, Asked("list"));
    }

    [Fact]
    public async Task Nobody_there_is_a_fault_and_any_call_is_tried_again()
    {
        var gone = Hop.Address;
        await Hop.DisposeAsync();
        var seen = 0;
        using var counter = new Counting(() => seen++) { InnerHandler = HttpGateway.Transport() };
        await using var gateway = new HttpGateway(
            Options with
            {
                Address = gone,
            },
            counter,
            Clock,
            Test.Entropy,
            Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance
        );
        await Assert.ThrowsAnyAsync<StoreException>(() =>
            PassAsync(gateway.CreateMailboxAsync(Test.AliceId, "New", MailboxRole.None, default))
        );
        Assert.Equal(4, seen);
    }

    [Fact]
    public async Task Who_does_not_answer_in_time_is_given_up()
    {
        await using var gateway = Connect();
        Hop.Instead = Hang;
        var began = Clock.GetUtcNow();
        await Assert.ThrowsAnyAsync<StoreException>(() => PassAsync(gateway.ListMailboxesAsync(Test.AliceId, default)));
        var took = Clock.GetUtcNow() - began;
        Assert.InRange(took, GatewayBudgets.Short / 2, GatewayBudgets.Short + TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Who_gives_up_a_call_is_not_kept_waiting()
    {
        await using var gateway = Connect();
        Hop.Instead = Hang;
        using var cancel = new CancellationTokenSource();
        var call = gateway.ListMailboxesAsync(Test.AliceId, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Theory]
    [InlineData("store-full", true, typeof(StoreFullException))]
    [InlineData("no-account", false, typeof(AccountMissingException))]
    [InlineData("outcome-unknown", true, typeof(OutcomeUnknownException))]
    [InlineData("store", true, typeof(StoreException))]
    public async Task A_fault_of_the_store_keeps_its_kind(string error, bool retryable, Type kind)
    {
        await using var gateway = Connect(Options with { Tries = 1 });
        var text = retryable ? "true" : "false";
        var unknown = error == "outcome-unknown" ? "true" : "false";
        Hop.Instead = Say(
            503,
            WireFormat.Json,
            $$"""{"error":"{{error}}","message":"m","retryable":{{text}},"outcomeUnknown":{{unknown}}}"""
        );
        await Assert.ThrowsAsync(kind, () => PassAsync(gateway.ListMailboxesAsync(Test.AliceId, default)));
    }

    [Fact]
    public async Task The_other_end_s_faults_come_through()
    {
        await using var gateway = Connect(Options with { Tries = 1 });
        await Assert.ThrowsAsync<AccountMissingException>(() =>
            PassAsync(gateway.ListMailboxesAsync(new("nobody"), default))
        );
        Faults.Fail("query mail");
        await Assert.ThrowsAsync<StoreException>(() => PassAsync(gateway.ListMailboxesAsync(Test.BobId, default)));
    }

    sealed class Counting(Action count) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            count();
            return base.SendAsync(request, cancellationToken);
        }
    }
}
