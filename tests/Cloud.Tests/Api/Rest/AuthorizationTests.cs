using System.Net;
using Cloud.Api.Rest;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Rest;

/// <summary>Every route of the table with every wrong key. A new resource is covered by being in the table.</summary>
public sealed class AuthorizationTests
{
    readonly ManualClock clock = new();

    public static TheoryData<string, string> Routes
    {
        get
        {
            var routes = new TheoryData<string, string>();
            foreach (var route in ApiRoutes.All.Where(route => route.Scope != ApiScope.None))
                routes.Add(route.Method, route.Template);
            return routes;
        }
    }

    static Route RouteOf(string method, string template) =>
        ApiRoutes.All.Single(route => route.Method == method && route.Template == template);

    [Fact]
    public void No_two_routes_take_the_same_requests()
    {
        var shapes = ApiRoutes.All.Select(route => $"{route.Method} {Filled(route.Template, "x")}");
        Assert.Equal(shapes.Distinct(), shapes);
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task No_wrong_key_opens_a_route(string method, string template)
    {
        var (api, operatorKey) = await OpenAsync();
        var expired = await MakeAsync(api, "admin", expires: clock.GetUtcNow().AddMinutes(1));
        var elsewhere = await MakeAsync(api, "admin", network: "192.0.2.0/24");
        var revoked = await MakeAsync(api, "admin");
        await new RestClient(api, operatorKey).DeleteAsync($"/keys/{revoked.Split('_')[1]}");
        clock.Advance(TimeSpan.FromMinutes(2));

        var path = Filled(template, "anything");
        Assert.Equal(401, await StatusAsync(new(api), method, path));
        Assert.Equal(401, await StatusAsync(new(api, ""), method, path));
        Assert.Equal(401, await StatusAsync(new(api, "ck_"), method, path));
        Assert.Equal(401, await StatusAsync(new(api, operatorKey + "x"), method, path));
        Assert.Equal(401, await StatusAsync(new(api, operatorKey[..^1]), method, path));
        Assert.Equal(401, await StatusAsync(new(api, Other(operatorKey)), method, path));
        Assert.Equal(401, await StatusAsync(new(api, expired), method, path));
        Assert.Equal(401, await StatusAsync(new(api, revoked), method, path));
        Assert.Equal(403, await StatusAsync(new(api, elsewhere), method, path));
        var there = new RestClient(api, elsewhere) { Address = IPAddress.Parse("::ffff:192.0.2.7") };
        Assert.NotEqual(403, await StatusAsync(there, method, path));
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task A_key_without_the_scope_is_refused(string method, string template)
    {
        var (api, _) = await OpenAsync();
        var route = RouteOf(method, template);
        foreach (var name in ApiScopes.Names)
        {
            var key = await MakeAsync(api, name, tenant: "acme");
            var status = await StatusAsync(new(api, key), method, Filled(template, "anything"));
            var isCovered = ApiScopes.Parse(name)!.Value.Cover(route.Scope) && !route.ForOperator;
            Assert.True(isCovered == (status != 403), $"{name}: {status}");
        }
    }

    /// <summary>What exists and belongs to acme is, for other tenants' keys and keys of other domains, not there.</summary>
    [Theory]
    [MemberData(nameof(Routes))]
    public async Task What_is_anothers_does_not_exist(string method, string template)
    {
        var (api, operatorKey) = await OpenAsync();
        var acmeKey = await MakeAsync(api, "admin", tenant: "acme");
        var there = Filled(
            template,
            "none",
            new()
            {
                ["domain"] = "acme.example",
                ["user"] = "ada@acme.example",
                ["alias"] = "all@acme.example",
                ["list"] = "acme.example",
                ["key"] = acmeKey.Split('_')[1],
            }
        );
        var nowhere = Filled(
            template,
            "none",
            new()
            {
                ["domain"] = "none.example",
                ["user"] = "none@none.example",
                ["alias"] = "none@none.example",
                ["list"] = "none.example",
                ["key"] = "0123456789abcdef",
            }
        );
        foreach (var key in await WrongAsync(api))
        {
            var client = new RestClient(api, key);
            var answer = await client.SendAsync(method, there, method == "GET" ? null : "{}");
            var unheard = await client.SendAsync(method, nowhere, method == "GET" ? null : "{}");
            if (RouteOf(method, template).ForOperator)
                Assert.Equal(403, answer.Status);
            else if (template.Contains('{'))
                Assert.Equal((unheard.Status, unheard.Text), (answer.Status, answer.Text));
            if (template.Contains('{'))
                Assert.InRange(answer.Status, 400, 422);
            Assert.DoesNotContain("acme", answer.Text);
        }
        Assert.Equal(200, (await new RestClient(api, operatorKey).GetAsync("/domains/acme.example")).Status);
    }

    async Task<(RestApi Api, string Operator)> OpenAsync()
    {
        var test = await TestBackend.OpenAsync(time: clock);
        var api = new RestApi(test.Backend);
        var client = new RestClient(api, caller: Caller.Operator);
        await client.PostAsync("/domains", """{"name":"acme.example","tenant":"acme"}""");
        await client.PostAsync("/domains", """{"name":"second.example","tenant":"other"}""");
        await test.Admin.AddUserAsync("ada@acme.example", "a good secret", default);
        await test.Admin.AddUserAsync("bo@second.example", "a good secret", default);
        await test.Admin.AddAliasAsync("all@acme.example", ["ada@acme.example"], default);
        return (api, await MakeAsync(api, "admin"));
    }

    /// <summary>Keys that may do everything, elsewhere.</summary>
    static async Task<IReadOnlyList<string>> WrongAsync(RestApi api) =>
        [
            await MakeAsync(api, "admin", tenant: "other"),
            await MakeAsync(api, "admin", tenant: ""),
            await MakeAsync(api, "admin", domain: "second.example"),
            await MakeAsync(api, "admin", mailbox: "bo@second.example"),
            await MakeAsync(api, "admin", mailbox: "alice@example.test"),
        ];

    static async Task<string> MakeAsync(
        RestApi api,
        string scope,
        string? tenant = null,
        string? domain = null,
        string? mailbox = null,
        string? network = null,
        DateTimeOffset? expires = null
    )
    {
        var asked = new Dictionary<string, object?>
        {
            ["name"] = "test",
            ["scopes"] = new[] { scope },
            ["tenant"] = tenant,
            ["domain"] = domain,
            ["mailbox"] = mailbox,
            ["expiresAt"] = expires,
            ["networks"] = network is null ? null : new[] { network },
        };
        var json = System.Text.Json.JsonSerializer.Serialize(
            asked.Where(one => one.Value is not null).ToDictionary(one => one.Key, one => one.Value)
        );
        var made = await new RestClient(api, caller: Caller.Operator).PostAsync("/keys", json);
        Assert.True(made.Status == 201, made.Text);
        return made.Json.GetProperty("key").GetString()!;
    }

    static async Task<int> StatusAsync(RestClient client, string method, string path) =>
        (await client.SendAsync(method, path, method == "GET" ? null : "{}")).Status;

    static string Other(string key) => key[..^2] + (key[^2] == 'A' ? 'B' : 'A') + key[^1];

    static string Filled(string template, string otherwise, Dictionary<string, string>? values = null) =>
        string.Join(
            '/',
            template
                .Split('/')
                .Select(one =>
                    one.StartsWith('{') ? Uri.EscapeDataString(values?.GetValueOrDefault(one[1..^1]) ?? otherwise) : one
                )
        );
}
