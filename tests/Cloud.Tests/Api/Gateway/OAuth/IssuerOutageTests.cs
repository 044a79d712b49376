using System.Net;
using Cloud.Api.Gateway.OAuth;
using Cloud.Dns;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;
using Cloud.Tests.Flow.Hooks;

namespace Cloud.Tests.Api.Gateway.OAuth;

/// <summary>While nobody can tell what tokens are worth, nobody is kept waiting for it for long.</summary>
public sealed class IssuerOutageTests : IAsyncLifetime
{
    const string Good = """{"active":true,"email":"alice@example.test"}""";

    readonly HookReceiver issuer = new();
    readonly ManualClock clock = new();
    readonly RecordingLogger logger = new();
    TokenIntrospection? tokens;

    public Task InitializeAsync()
    {
        tokens = Asking(issuer.Url);
        return Task.CompletedTask;
    }

    TokenIntrospection Asking(string address) =>
        TokenIntrospection.Open(
            new TokenOptions(new Uri(address), "me", "s"),
            ResolvConf.Read([new IPEndPoint(IPAddress.Loopback, 1)], null),
            clock,
            new SeededEntropy(1),
            new OneLoggerFactory(logger)
        );

    public async Task DisposeAsync() => await issuer.DisposeAsync();

    async Task FailAsync(int times)
    {
        for (var i = 0; i < times; i++)
            await Assert.ThrowsAsync<IssuerOutageException>(() => tokens!.FindOwnerAsync(new("t"), default).AsTask());
    }

    [Theory]
    [InlineData(401)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task After_failures_in_a_row_it_is_asked_seldom_until_it_answers(int status)
    {
        issuer.Answer = _ => HookReceiver.Say(status);
        await FailAsync(20);
        Assert.Equal(TokenIntrospection.Failures, issuer.TakeAll().Count);
        Assert.Equal([7100], logger.Ids);

        clock.Advance(TokenIntrospection.Pause);
        await FailAsync(20);
        Assert.Single(issuer.TakeAll());
        Assert.Equal([7100], logger.Ids);

        clock.Advance(TokenIntrospection.Pause);
        issuer.Answer = _ => HookReceiver.Say(200, body: Good);
        for (var i = 0; i < 20; i++)
            Assert.NotNull(await tokens!.FindOwnerAsync(new($"t{i}"), default));
        Assert.Equal(20, issuer.TakeAll().Count);
        Assert.Equal([7100, 7101], logger.Ids);
    }

    [Fact]
    public async Task Who_is_silent_is_waited_for_by_a_few_and_who_was_let_in_stays_known()
    {
        issuer.Answer = _ => HookReceiver.Say(200, body: Good);
        await tokens!.FindOwnerAsync(new("known"), default);
        issuer.TakeAll();
        issuer.Hangs = true;
        for (var i = 0; i < TokenIntrospection.Failures; i++)
        {
            var asking = tokens.FindOwnerAsync(new("t"), default).AsTask();
            await issuer.NextAsync();
            clock.Advance(TokenIntrospection.Patience);
            await Assert.ThrowsAsync<IssuerOutageException>(() => asking);
        }
        await FailAsync(5);
        Assert.Equal(0, issuer.Unread);
        Assert.NotNull(await tokens.FindOwnerAsync(new("known"), default));
    }

    [Fact]
    public async Task Only_one_login_sees_whether_it_answers_again_and_may_leave()
    {
        issuer.Answer = _ => HookReceiver.Say(503);
        await FailAsync(TokenIntrospection.Failures);
        issuer.TakeAll();
        clock.Advance(TokenIntrospection.Pause);
        issuer.Hangs = true;
        using var leaving = new CancellationTokenSource();
        var probe = tokens!.FindOwnerAsync(new("t"), leaving.Token).AsTask();
        await issuer.NextAsync();
        await FailAsync(5);
        Assert.Equal(0, issuer.Unread);

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => probe);
        issuer.Hangs = false;
        issuer.Answer = _ => HookReceiver.Say(200, body: Good);
        Assert.NotNull(await tokens.FindOwnerAsync(new("t"), default));
    }

    /// <summary>Else a stranger whose tokens an issuer stumbles over keeps everybody out.</summary>
    [Theory]
    [InlineData(500, "")]
    [InlineData(403, "")]
    [InlineData(413, "")]
    [InlineData(429, "")]
    [InlineData(null, "")]
    [InlineData(200, "<html>")]
    [InlineData(200, """{"active":true,"email":"\ud800@example.test"}""")]
    public async Task What_may_be_about_one_token_keeps_nobody_else_out(int? status, string body)
    {
        issuer.Answer = _ => status is { } said ? HookReceiver.Say(said, body: body) : null;
        for (var i = 0; i < 20; i++)
            await Assert.ThrowsAsync<StoreException>(() => tokens!.FindOwnerAsync(new("junk"), default).AsTask());
        Assert.Equal(20, issuer.TakeAll().Count);
        issuer.Answer = _ => HookReceiver.Say(200, body: Good);
        Assert.NotNull(await tokens!.FindOwnerAsync(new("t"), default));
        Assert.Empty(logger.Ids);
    }

    [Fact]
    public async Task Who_answers_something_again_is_asked_again_by_everybody()
    {
        issuer.Answer = _ => HookReceiver.Say(503);
        await FailAsync(TokenIntrospection.Failures);
        issuer.TakeAll();
        clock.Advance(TokenIntrospection.Pause);
        issuer.Answer = _ => HookReceiver.Say(500);
        for (var i = 0; i < 5; i++)
            await Assert.ThrowsAsync<StoreException>(() => tokens!.FindOwnerAsync(new("junk"), default).AsTask());
        Assert.Equal(5, issuer.TakeAll().Count);
        Assert.Equal([7100, 7101], logger.Ids);
    }

    /// <summary>Nobody listens where the endpoint is to be.</summary>
    [Fact]
    public async Task What_cannot_be_reached_is_an_outage()
    {
        var gone = new HookReceiver();
        tokens = Asking(gone.Url);
        await gone.DisposeAsync();
        await FailAsync(TokenIntrospection.Failures + 1);
        Assert.Equal([7100], logger.Ids);
    }

    [Fact]
    public async Task Wrong_tokens_are_answers()
    {
        for (var i = 0; i < 10; i++)
        {
            issuer.Answer = _ => HookReceiver.Say(503);
            await FailAsync(TokenIntrospection.Failures - 1);
            issuer.Answer = _ => HookReceiver.Say(200, body: """{"active":false}""");
            Assert.Null(await tokens!.FindOwnerAsync(new("junk"), default));
        }
        Assert.Empty(logger.Ids);
    }
}
