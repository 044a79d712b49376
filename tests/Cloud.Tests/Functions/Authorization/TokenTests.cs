using System.Security.Cryptography;
using System.Text;
using Cloud.Functions.Authorization;
using Cloud.Functions.Hosting;
using Cloud.Tests.Fakes;
using Microsoft.AspNetCore.Http;

namespace Cloud.Tests.Functions.Authorization;

/// <summary>Who may call the gateway: a token of our tenant, for this app, with the role, and nothing else.</summary>
public sealed class TokenTests : IDisposable
{
    const string Client = "99999999-8888-7777-6666-555555555555";
    const string Audience = "api://cloud";

    readonly Issuer issuer = new();
    readonly HttpClient http;
    readonly ManualClock clock = new();
    readonly TokenAuthorization authorization;
    readonly TokenAuthorization onlyOne;

    public TokenTests()
    {
        http = new(issuer);
        issuer.AddKey("k1");
        var keys = new SigningKeys(http, Issuer.Authority, Issuer.Tenant, clock);
        var rules = new TokenRules(Issuer.Tenant, [Audience, "cloud-id"], TokenRules.DefaultRole, []);
        authorization = new(rules, keys, clock);
        onlyOne = new(rules with { Clients = [new(Client)] }, keys, clock);
    }

    public void Dispose() => http.Dispose();

    long Now => clock.GetUtcNow().ToUnixTimeSeconds();

    string Claims(
        string? issuedBy = null,
        string audience = $"\"{Audience}\"",
        long? end = null,
        string roles = """["Gateway.Call"]""",
        string more = ""
    ) =>
        $$"""
            {"iss":"{{issuedBy ?? $"https://login.microsoftonline.com/{Issuer.Tenant}/v2.0"}}","aud":{{audience}},
            "exp":{{end ?? Now + 3600}},"roles":{{roles}}{{more}}}
            """;

    static HttpRequest Request(string? header)
    {
        var http = new DefaultHttpContext();
        if (header is not null)
            http.Request.Headers.Authorization = header;
        return http.Request;
    }

    async Task<string?> AskAsync(string token) =>
        (await authorization.RefusalAsync(Request($"Bearer {token}"), default))?.Reason;

    [Fact]
    public async Task A_token_with_the_role_passes_and_its_keys_are_read_once()
    {
        var token = issuer.Sign("k1", Claims());
        for (var calls = 0; calls < 5; calls++)
            Assert.Null(await AskAsync(token));
        Assert.Equal(2, issuer.Asked.Count);
    }

    [Theory]
    [InlineData("iss", "https://sts.windows.net/11111111-2222-3333-4444-555555555555/", true)]
    [InlineData("iss", "https://sts.windows.net/11111111-2222-3333-4444-555555555555", false)]
    [InlineData("iss", "https://login.microsoftonline.com/99999999-2222-3333-4444-555555555555/v2.0", false)]
    [InlineData("aud", "\"cloud-id\"", true)]
    [InlineData("aud", "[\"other\",\"api://cloud\"]", true)]
    [InlineData("aud", "\"API://cloud\"", false)]
    [InlineData("aud", "[]", false)]
    [InlineData("aud", "{}", false)]
    [InlineData("aud", "null", false)]
    [InlineData("roles", "[\"Other\",\"Gateway.Call\"]", true)]
    [InlineData("roles", "[\"gateway.call\"]", false)]
    [InlineData("roles", "[\"Gateway.Call.Not\"]", false)]
    [InlineData("roles", "[[\"Gateway.Call\"]]", false)]
    [InlineData("roles", "[]", false)]
    public async Task Each_claim_is_checked(string claim, string value, bool passes)
    {
        var claims = claim switch
        {
            "iss" => Claims(issuedBy: value),
            "aud" => Claims(audience: value),
            _ => Claims(roles: value),
        };
        Assert.Equal(passes, await AskAsync(issuer.Sign("k1", claims)) is null);
    }

    [Fact]
    public async Task Who_is_known_and_lacks_the_role_is_told_so_and_a_stranger_is_not()
    {
        async Task<CallerRefusal> RefusalAsync(string token, TokenAuthorization? check = null) =>
            Assert.IsType<CallerRefusal>(
                await (check ?? authorization).RefusalAsync(Request($"Bearer {token}"), default)
            );
        var lacking = await RefusalAsync(issuer.Sign("k1", Claims(roles: "[]")));
        Assert.Equal(("the token has no role Gateway.Call", true), (lacking.Reason, lacking.IsKnown));
        Assert.True((await RefusalAsync(issuer.Sign("k1", Claims()), onlyOne)).IsKnown);

        using var stranger = RSA.Create(2048);
        Assert.False(
            (await RefusalAsync(Issuer.Sign(stranger, Claims(roles: "[]"), """{"alg":"RS256","kid":"k1"}"""))).IsKnown
        );
        Assert.False((await RefusalAsync(issuer.Sign("k1", Claims(end: Now - 3600, roles: "[]")))).IsKnown);
        Assert.False((await RefusalAsync(issuer.Sign("k1", Claims(audience: "\"other\"", roles: "[]")))).IsKnown);
    }

    [Theory]
    [InlineData(-301, null, false)]
    [InlineData(-299, null, true)]
    [InlineData(60, 299, true)]
    [InlineData(600, 301, false)]
    public async Task A_token_has_its_time(int end, int? from, bool passes)
    {
        var claims = Claims(end: Now + end, more: from is null ? "" : $",\"nbf\":{Now + from}");
        Assert.Equal(passes, await AskAsync(issuer.Sign("k1", claims)) is null);
    }

    [Theory]
    [InlineData(",\"exp\":99999999999")] // twice
    [InlineData(",\"nbf\":\"soon\"")]
    [InlineData(",\"nbf\":1e99")]
    public async Task Claims_that_make_no_sense_are_refused(string more) =>
        Assert.NotNull(await AskAsync(issuer.Sign("k1", Claims(more: more))));

    [Fact]
    public async Task Only_callers_that_are_named_pass_where_some_are()
    {
        async Task<bool> PassesAsync(string more) =>
            await onlyOne.RefusalAsync(Request($"Bearer {issuer.Sign("k1", Claims(more: more))}"), default) is null;
        Assert.True(await PassesAsync($",\"azp\":\"{Client}\""));
        Assert.True(await PassesAsync($",\"appid\":\"{Client}\""));
        Assert.False(await PassesAsync(""));
        Assert.False(await PassesAsync($",\"azp\":\"{Issuer.Tenant}\",\"appid\":\"{Client}\""));
    }

    [Fact]
    public async Task No_algorithm_but_the_one_is_taken()
    {
        var claims = Claims();
        var signed = issuer.Sign("k1", claims).Split('.');
        foreach (var algorithm in new[] { "none", "None", "HS256", "RS512", "ES256", "rs256" })
        {
            var header = Issuer.Encode($$"""{"alg":"{{algorithm}}","kid":"k1"}""");
            Assert.NotNull(await AskAsync($"{header}.{signed[1]}."));
            Assert.NotNull(await AskAsync($"{header}.{signed[1]}.{signed[2]}"));
            Assert.NotNull(await AskAsync(issuer.Sign("k1", claims, $$"""{"alg":"{{algorithm}}","kid":"k1"}""")));
        }
        Assert.NotNull(await AskAsync(issuer.Sign("k1", claims, """{"alg":"RS256","kid":"k1","crit":["x"]}""")));
        Assert.NotNull(await AskAsync(issuer.Sign("k1", claims, """{"alg":"RS256"}""")));
    }

    [Fact]
    public async Task A_public_key_is_not_taken_for_a_secret()
    {
        var key = issuer.AddKey("k2").ExportSubjectPublicKeyInfoPem();
        var signed = $"{Issuer.Encode("""{"alg":"HS256","kid":"k2"}""")}.{Issuer.Encode(Claims())}";
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.ASCII.GetBytes(signed));
        Assert.NotNull(await AskAsync($"{signed}.{System.Buffers.Text.Base64Url.EncodeToString(mac)}"));
    }

    [Fact]
    public async Task A_token_of_a_stranger_or_a_changed_one_is_refused()
    {
        using var stranger = RSA.Create(2048);
        Assert.Equal(
            "a wrong signature",
            await AskAsync(Issuer.Sign(stranger, Claims(), """{"alg":"RS256","kid":"k1"}"""))
        );
        var parts = issuer.Sign("k1", Claims(roles: "[]")).Split('.');
        Assert.Equal("a wrong signature", await AskAsync($"{parts[0]}.{Issuer.Encode(Claims())}.{parts[2]}"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Basic YTpi")]
    [InlineData("Bearer a.b")]
    [InlineData("Bearer a.b.c.d")]
    [InlineData("Bearer ....")]
    [InlineData("Bearer W10.W10.AAAA")]
    [InlineData("Bearer é.é.é")]
    public async Task What_is_no_token_is_refused(string? header) =>
        Assert.NotNull(await authorization.RefusalAsync(Request(header), default));

    [Fact]
    public async Task A_token_that_is_too_long_is_refused() =>
        Assert.NotNull(await AskAsync(issuer.Sign("k1", Claims(more: $",\"x\":\"{new string('x', 20_000)}\""))));

    [Fact]
    public async Task A_new_key_is_found_and_made_up_ones_do_not_make_us_call()
    {
        Assert.Null(await AskAsync(issuer.Sign("k1", Claims())));
        issuer.AddKey("k2");
        Assert.Equal("an unknown key", await AskAsync(issuer.Sign("k2", Claims()))); // read a moment ago
        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Null(await AskAsync(issuer.Sign("k2", Claims())));
        Assert.Equal(4, issuer.Asked.Count);

        for (var i = 0; i < 50; i++)
            Assert.NotNull(await AskAsync(issuer.Sign("k1", Claims(), $$"""{"alg":"RS256","kid":"made-up-{{i}}"}""")));
        Assert.Equal(4, issuer.Asked.Count);
    }

    [Fact]
    public async Task A_key_that_was_withdrawn_is_good_for_a_day_at_most()
    {
        Assert.Null(await AskAsync(issuer.Sign("k1", Claims())));
        var token = issuer.Sign("k1", Claims(end: Now + 200_000));
        issuer.AddKey("k2");
        issuer.Forget("k1");
        clock.Advance(TimeSpan.FromHours(24));
        Assert.Equal("an unknown key", await AskAsync(token));
    }

    [Fact]
    public async Task The_last_keys_stay_good_while_the_tenant_does_not_answer()
    {
        issuer.IsDown = true;
        var token = issuer.Sign("k1", Claims(end: Now + 1_000_000));
        Assert.Equal("an unknown key", await AskAsync(token));
        issuer.IsDown = false;
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(await AskAsync(token));

        issuer.IsDown = true;
        clock.Advance(TimeSpan.FromDays(3));
        for (var calls = 0; calls < 20; calls++)
            Assert.Null(await AskAsync(token));
        Assert.Equal(4, issuer.Asked.Count); // one more try
    }

    [Theory]
    [InlineData("https://elsewhere.test/keys", null)]
    [InlineData("http://login.example.test/keys", null)]
    [InlineData("not an address", null)]
    [InlineData(null, "")]
    [InlineData(null, "[]")]
    [InlineData(null, "{}")]
    [InlineData(null, "{\"keys\":{}}")]
    [InlineData(null, "{\"keys\":[1]}")]
    public async Task What_the_tenant_publishes_is_not_trusted_blindly(string? keysAt, string? instead)
    {
        issuer.KeysAt = keysAt ?? issuer.KeysAt;
        issuer.Instead = instead;
        Assert.Equal("an unknown key", await AskAsync(issuer.Sign("k1", Claims())));
        Assert.DoesNotContain(issuer.Asked, address => address.Contains("elsewhere") || address.StartsWith("http:"));
    }

    [Fact]
    public async Task Weak_keys_are_not_taken()
    {
        issuer.AddKey("weak", 1024);
        Assert.Equal("an unknown key", await AskAsync(issuer.Sign("weak", Claims())));
    }
}
