using System.Net;
using System.Text;
using Cloud.Api.Gateway.OAuth;
using Cloud.Dns;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;
using Cloud.Tests.Flow.Hooks;

namespace Cloud.Tests.Api.Gateway.OAuth;

/// <summary>RFC 7662, with an endpoint on this machine.</summary>
public sealed class TokenIntrospectionTests : IAsyncLifetime
{
    const string Alice = "alice@example.test";

    /// <summary>Of <see cref="ManualClock"/>.</summary>
    const long Now = 1_767_323_045;

    readonly HookReceiver issuer = new();
    readonly ManualClock clock = new();
    readonly RecordingLogger logger = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await issuer.DisposeAsync();

    TokenIntrospection Open(TokenOptions? options = null) =>
        TokenIntrospection.Open(
            options ?? Options,
            ResolvConf.Read([new IPEndPoint(IPAddress.Loopback, 1)], null),
            clock,
            new SeededEntropy(1),
            new OneLoggerFactory(logger)
        );

    TokenOptions Options => new(new Uri(issuer.Url), "me & you", "s:ä");

    async Task<string?> FindAsync(string json, TokenOptions? options = null, string token = "t")
    {
        issuer.Answer = _ => HookReceiver.Say(200, body: json);
        return await Open(options).FindOwnerAsync(new(token), default);
    }

    [Fact]
    public async Task The_question_is_a_form_from_a_client_with_a_secret()
    {
        Assert.Equal(Alice, await FindAsync("""{"active":true,"email":"Alice@Example.Test"}""", token: "a+b/c=="));
        var asked = await issuer.NextAsync();
        Assert.Equal("token=a%2Bb%2Fc%3D%3D&token_type_hint=access_token", Encoding.ASCII.GetString(asked.Body));
        Assert.Equal("application/x-www-form-urlencoded", asked.Fields["content-type"]);
        Assert.Equal("application/json", asked.Fields["accept"]);
        // RFC 6749 §2.3.1: both halves as in a form.
        var basic = asked.Fields["authorization"]["Basic ".Length..];
        Assert.Equal("me+%26+you:s%3A%C3%A4", Encoding.ASCII.GetString(Convert.FromBase64String(basic)));
        Assert.DoesNotContain("a%2Bb", asked.Path, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"active":true,"email":"alice@example.test"}""")]
    [InlineData("""{"active":true,"email":"alice@example.test","username":"bob@example.test"}""")]
    [InlineData("""{"active":true,"email":"ALICE@example.test","token_use":"access_token","typ":"Bearer"}""")]
    [InlineData("""{"active":true,"email":"alice@example.test","typ":"at+jwt"}""")]
    [InlineData("""{"active":true,"email":"alice@example.test","email_verified":"true","token_type":"bearer"}""")]
    [InlineData("""{"active":true,"email":"alice@example.test","exp":1767323046,"nbf":1767323100}""")]
    [InlineData("""{"active":true,"email":"alice@example.test","exp":999999999999999999}""")]
    [InlineData(
        """{"active":true,"email":"alice@example.test","exp":null,"scope":"mail","token_type":"access_token"}"""
    )]
    public async Task A_good_token_names_an_address(string json) => Assert.Equal(Alice, await FindAsync(json));

    [Theory]
    [InlineData("""{"active":false}""")]
    [InlineData("""{"active":false,"email":"alice@example.test"}""")]
    [InlineData("""{"active":"true","email":"alice@example.test"}""")]
    [InlineData("""{"active":1,"email":"alice@example.test"}""")]
    [InlineData("""{"active":true}""")]
    [InlineData("""{"active":true,"sub":"8f6e"}""")]
    [InlineData("""{"active":true,"username":"alice@example.test","sub":"alice@example.test"}""")]
    [InlineData(
        """{"active":true,"email":"alice@example.test","email_verified":false,"username":"alice@example.test"}"""
    )]
    [InlineData("""{"active":true,"email":"\"alice\"@example.test"}""")]
    [InlineData("""{"active":true,"email":"alice@example.test","token_use":"refresh_token"}""")]
    [InlineData("""{"active":true,"email":"alice@example.test","typ":"Refresh"}""")]
    [InlineData("""{"active":true,"email":"alice@example.test","typ":"ID"}""")]
    [InlineData("""{"active":true,"email":["alice@example.test"]}""")]
    [InlineData("""{"active":true,"email":"alice@example.test","email_verified":false}""")]
    [InlineData("""{"active":true,"email":"alice@example.test","exp":1767323045}""")]
    [InlineData("""{"active":true,"email":"alice@example.test","exp":-5}""")]
    [InlineData("""{"active":true,"email":"alice@example.test","exp":"tomorrow"}""")]
    [InlineData("""{"active":true,"email":"alice@example.test","nbf":1767323106}""")]
    [InlineData("""{"active":true,"email":"alice@example.test","token_type":"DPoP"}""")]
    [InlineData("""{"active":true,"email":"alice@example.test","cnf":{"jkt":"x"}}""")]
    public async Task Any_other_names_nobody(string json) => Assert.Null(await FindAsync(json));

    [Theory]
    [InlineData("mail", "openid mail", true)]
    [InlineData("mail imap", "imap openid mail", true)]
    [InlineData("mail", "mailbox", false)]
    [InlineData("mail", "Mail", false)]
    [InlineData("mail imap", "mail", false)]
    [InlineData("mail", null, false)]
    public async Task A_token_for_something_else_opens_nothing(string needed, string? has, bool opens)
    {
        var scope = has is null ? "" : $",\"scope\":\"{has}\"";
        var options = Options with { Scopes = needed.Split(' ') };
        var owner = await FindAsync($"{{\"active\":true,\"email\":\"{Alice}\"{scope}}}", options);
        Assert.Equal(opens ? Alice : null, owner);
    }

    [Theory]
    [InlineData("mail", "\"mail\"", true)]
    [InlineData("mail", "[\"shop\",\"mail\"]", true)]
    [InlineData("mail imap", "[\"shop\",\"imap\"]", true)]
    [InlineData("mail", "[7,null,[\"mail\"],\"mail\"]", true)]
    [InlineData("mail", "[[\"mail\"]]", false)]
    [InlineData("mail", "\"Mail\"", false)]
    [InlineData("mail", "\"mail shop\"", false)]
    [InlineData("mail", "[\"shop\"]", false)]
    [InlineData("mail", "[]", false)]
    [InlineData("mail", "{\"mail\":true}", false)]
    [InlineData("mail", "null", false)]
    [InlineData("mail", null, false)]
    [InlineData("", "\"shop\"", true)]
    public async Task A_token_for_somebody_else_opens_nothing(string meant, string? audience, bool opens)
    {
        var options = Options with { Audiences = meant.Split(' ', StringSplitOptions.RemoveEmptyEntries) };
        var member = audience is null ? "" : $",\"aud\":{audience}";
        var owner = await FindAsync($"{{\"active\":true,\"email\":\"{Alice}\"{member}}}", options);
        Assert.Equal(opens ? Alice : null, owner);
    }

    [Theory]
    [InlineData("\"https://id.example.org/\"", true)]
    [InlineData("\"https://id.example.org\"", false)]
    [InlineData("[\"https://id.example.org/\"]", false)]
    [InlineData(null, false)]
    public async Task Another_issuers_token_opens_nothing(string? issued, bool opens)
    {
        var options = Options with { Issuer = "https://id.example.org/" };
        var member = issued is null ? "" : $",\"iss\":{issued}";
        var owner = await FindAsync($"{{\"active\":true,\"email\":\"{Alice}\"{member}}}", options);
        Assert.Equal(opens ? Alice : null, owner);
    }

    [Theory]
    [InlineData("alice@example.test", true)]
    [InlineData("ALICE@EXAMPLE.TEST", true)]
    [InlineData("alice@xn--bcher-kva.test", true)]
    [InlineData("alice@sub.example.test", false)]
    [InlineData("alice@notexample.test", false)]
    [InlineData("alice@example.test.evil.test", false)]
    public async Task An_issuer_may_be_held_to_domains(string address, bool opens)
    {
        var json = $"{{\"active\":true,\"email\":\"{address}\"}}";
        var options = Options with { Domains = ["xn--bcher-kva.test", "example.test"] };
        Assert.Equal(opens ? address.ToLowerInvariant() : null, await FindAsync(json, options));
        Assert.Equal(address.ToLowerInvariant(), await FindAsync(json));
    }

    [Fact]
    public async Task The_operator_may_say_which_member_names_the_address()
    {
        var options = Options with { Claim = "mail" };
        const string Json = """{"active":true,"email":"bob@example.test","mail":"alice@example.test"}""";
        Assert.Equal(Alice, await FindAsync(Json, options));
        Assert.Null(await FindAsync("""{"active":true,"email":"bob@example.test"}""", options));
    }

    [Fact]
    public async Task A_good_answer_is_remembered_for_a_minute_and_a_bad_one_not_at_all()
    {
        issuer.Answer = _ => HookReceiver.Say(200, body: $"{{\"active\":true,\"email\":\"{Alice}\"}}");
        var tokens = Open();
        for (var i = 0; i < 3; i++)
            Assert.Equal(Alice, await tokens.FindOwnerAsync(new("t"), default));
        Assert.Single(issuer.TakeAll());
        await tokens.FindOwnerAsync(new("u"), default);
        Assert.Single(issuer.TakeAll());

        clock.Advance(TokenIntrospection.Age);
        issuer.Answer = _ => HookReceiver.Say(200, body: """{"active":false}""");
        Assert.Null(await tokens.FindOwnerAsync(new("t"), default));
        Assert.Null(await tokens.FindOwnerAsync(new("t"), default));
        Assert.Equal(2, issuer.TakeAll().Count);
    }

    [Fact]
    public async Task Nothing_is_remembered_beyond_its_own_end()
    {
        issuer.Answer = _ =>
            HookReceiver.Say(200, body: $"{{\"active\":true,\"email\":\"{Alice}\",\"exp\":{Now + 10}}}");
        var tokens = Open();
        Assert.Equal(Alice, await tokens.FindOwnerAsync(new("t"), default));
        clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(Alice, await tokens.FindOwnerAsync(new("t"), default));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await tokens.FindOwnerAsync(new("t"), default));
        Assert.Equal(2, issuer.TakeAll().Count);
    }

    [Theory]
    [InlineData(401, "{}")]
    [InlineData(500, """{"active":true,"email":"alice@example.test"}""")]
    [InlineData(201, """{"active":true,"email":"alice@example.test"}""")]
    [InlineData(200, "")]
    [InlineData(200, "<html>")]
    [InlineData(200, "[]")]
    [InlineData(200, "{}")]
    [InlineData(200, """{"active":true,"email":"\ud800@example.test"}""")]
    public async Task What_is_no_answer_is_our_trouble_and_tells_no_token(int status, string body)
    {
        issuer.Answer = _ => HookReceiver.Say(status, body: body);
        var tokens = Open();
        var fault = await Assert.ThrowsAnyAsync<StoreException>(() =>
            tokens.FindOwnerAsync(new("t0ken"), default).AsTask()
        );
        Assert.DoesNotContain("t0ken", $"{fault}", StringComparison.Ordinal);
        Assert.DoesNotContain("s:ä", $"{fault}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(422)]
    public async Task What_the_issuer_cannot_even_read_is_a_guess(int status)
    {
        issuer.Answer = _ => HookReceiver.Say(status, body: "{}");
        Assert.Null(await Open().FindOwnerAsync(new("junk"), default));
    }

    [Fact]
    public async Task Nobody_is_led_elsewhere_and_no_answer_is_without_end()
    {
        await using var other = new HookReceiver();
        issuer.Answer = _ => HookReceiver.Say(307, $"Location: {other.Url}\r\n");
        await Assert.ThrowsAnyAsync<StoreException>(() => Open().FindOwnerAsync(new("t"), default).AsTask());
        Assert.Equal(0, other.Connections);

        issuer.Answer = _ => "HTTP/1.1 200 OK\r\n\r\n{";
        issuer.Drips = true;
        await Assert.ThrowsAnyAsync<StoreException>(() => Open().FindOwnerAsync(new("t"), default).AsTask());
    }

    [Fact]
    public async Task Who_is_silent_is_not_waited_for_long()
    {
        issuer.Hangs = true;
        var asking = Open().FindOwnerAsync(new("t"), default).AsTask();
        await issuer.NextAsync();
        clock.Advance(TokenIntrospection.Patience);
        await Assert.ThrowsAnyAsync<StoreException>(() => asking);
    }

    [Fact]
    public async Task Whoever_waits_may_leave()
    {
        issuer.Hangs = true;
        using var leaving = new CancellationTokenSource();
        var asking = Open().FindOwnerAsync(new("t"), leaving.Token).AsTask();
        await issuer.NextAsync();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }
}
