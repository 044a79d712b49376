using Cloud.Api.Rest;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Rest;

public sealed class DomainResourceTests
{
    static async Task<RestClient> OpenAsync(Caller? caller = null) =>
        new(new RestApi((await TestBackend.OpenAsync()).Backend), caller: caller ?? Caller.Operator);

    [Fact]
    public async Task A_domain_is_added_shown_listed_and_removed()
    {
        var api = await OpenAsync();
        var made = await api.PostAsync("/domains", """{"name":"New.Example"}""");
        Assert.Equal((201, """{"name":"new.example","tenant":null}"""), (made.Status, made.Text));
        Assert.Equal("/api/v1/domains/new.example", made.Header("Location"));

        var shown = await api.GetAsync("/domains/new.example");
        Assert.Equal((200, """{"name":"new.example","tenant":null}"""), (shown.Status, shown.Text));
        Assert.Equal(
            304,
            (await api.GetAsync("/domains/NEW.example", ("If-None-Match", shown.Header("ETag")!))).Status
        );
        Assert.Equal(
            """{"items":[{"name":"example.test","tenant":null},{"name":"new.example","tenant":null}],"next":null}""",
            (await api.GetAsync("/domains")).Text
        );

        Assert.Equal(412, (await api.DeleteAsync("/domains/new.example", ("If-Match", "\"other\""))).Status);
        Assert.Equal(204, (await api.DeleteAsync("/domains/new.example", ("If-Match", shown.Header("ETag")!))).Status);
        Assert.Equal(404, (await api.GetAsync("/domains/new.example")).Status);
    }

    [Fact]
    public async Task A_list_is_read_page_by_page()
    {
        var api = await OpenAsync();
        foreach (var name in new[] { "a.example", "b.example", "c.example" })
            await api.PostAsync("/domains", $$"""{"name":"{{name}}"}""");
        var (names, next) = (new List<string>(), "");
        do
        {
            var page = (await api.GetAsync($"/domains?limit=1{next}")).Json;
            names.AddRange(
                page.GetProperty("items").EnumerateArray().Select(one => one.GetProperty("name").GetString()!)
            );
            next = page.GetProperty("next").GetString() is { } cursor ? $"&after={cursor}" : null;
        } while (next is not null);
        Assert.Equal(["a.example", "b.example", "c.example", "example.test"], names);
    }

    [Theory]
    [InlineData("""{"name":"no domain"}""", 422, "#/name")]
    [InlineData("""{"tenant":"acme"}""", 422, "#/name")]
    [InlineData("""{"name":"a.example","tenant":"No Name"}""", 422, "#/tenant")]
    [InlineData("""{"name":"a.example","colour":1}""", 422, "#/colour")]
    [InlineData("""{"name":["a.example"]}""", 422, "#/name")]
    [InlineData("""{"name":"a.example","name":"b.example"}""", 422, "#/name")]
    [InlineData("[]", 422, "#")]
    [InlineData("{", 400, null)]
    [InlineData("", 400, null)]
    [InlineData("""{"name":"example.test"}""", 409, null)]
    public async Task What_is_wrong_is_named_by_its_field(string body, int status, string? pointer)
    {
        var answer = await (await OpenAsync()).PostAsync("/domains", body);
        Assert.Equal((status, "application/problem+json"), (answer.Status, answer.Header("Content-Type")));
        Assert.Equal(status, answer.Json.GetProperty("status").GetInt32());
        Assert.NotEmpty(answer.Json.GetProperty("detail").GetString()!);
        if (pointer is not null)
            Assert.Equal(pointer, answer.Json.GetProperty("errors")[0].GetProperty("pointer").GetString());
    }

    [Theory]
    [InlineData("GET", "/domains?limit=0", 400)]
    [InlineData("GET", "/domains?limit=101", 400)]
    [InlineData("GET", "/domains?limit=1&limit=2", 400)]
    [InlineData("GET", "/domains?colour=red", 400)]
    [InlineData("GET", "/domains?after=%20", 400)]
    [InlineData("GET", "/domains?after=dSE", 400)] // "u!": it is no domain's place
    [InlineData("GET", "/nothing", 404)]
    [InlineData("GET", "/domains/", 404)]
    [InlineData("GET", "/domains/%2e%2e", 404)]
    [InlineData("GET", "/domains/%C3%A4%2F", 404)]
    [InlineData("PUT", "/domains", 405)]
    public async Task What_cannot_be_asked_is_refused(string method, string path, int status)
    {
        var answer = await (await OpenAsync()).SendAsync(method, path, (string?)null);
        Assert.Equal((status, "application/problem+json"), (answer.Status, answer.Header("Content-Type")));
        Assert.Equal(status == 405 ? "GET, POST" : null, answer.Header("Allow"));
    }

    [Fact]
    public async Task A_tenant_has_its_own_domains_and_knows_of_no_others()
    {
        var test = await TestBackend.OpenAsync();
        var api = new RestApi(test.Backend);
        var acme = new RestClient(api, caller: new("k", "acme", ApiScope.Admin));
        var other = new RestClient(api, caller: new("l", "other", ApiScope.Admin));
        Assert.Equal(403, (await acme.PostAsync("/domains", """{"name":"acme.example"}""")).Status);
        var made = await new RestClient(api, caller: Caller.Operator).PostAsync(
            "/domains",
            """{"name":"acme.example","tenant":"acme"}"""
        );
        Assert.Equal("""{"name":"acme.example","tenant":"acme"}""", made.Text);
        Assert.Equal(
            """{"items":[{"name":"acme.example","tenant":"acme"}],"next":null}""",
            (await acme.GetAsync("/domains")).Text
        );
        Assert.Equal("""{"items":[],"next":null}""", (await other.GetAsync("/domains")).Text);
        Assert.Equal(404, (await other.GetAsync("/domains/acme.example")).Status);
        Assert.Equal(404, (await other.DeleteAsync("/domains/acme.example")).Status);
        Assert.Equal(404, (await acme.GetAsync("/domains/example.test")).Status);
        Assert.Equal(200, (await acme.GetAsync("/domains/acme.example")).Status);
    }

    [Fact]
    public async Task What_was_kept_of_a_domain_goes_with_it()
    {
        var api = await OpenAsync();
        await api.PostAsync("/domains", """{"name":"moves.example","tenant":"acme"}""");
        const string template = "/domains/moves.example/templates/hello";
        const string suppression = "/suppressions/moves.example/joe%40elsewhere.test";
        Assert.Equal(200, (await api.SendAsync("PUT", template, """{"subject":"s","text":"t"}""")).Status);
        Assert.Equal(200, (await api.SendAsync("PUT", suppression, """{"text":"no"}""")).Status);
        Assert.Equal(204, (await api.DeleteAsync("/domains/moves.example")).Status);
        await api.PostAsync("/domains", """{"name":"moves.example","tenant":"other"}""");
        Assert.Equal(404, (await api.GetAsync(template)).Status);
        Assert.Equal(404, (await api.GetAsync(suppression)).Status);
    }

    [Fact]
    public async Task Who_names_no_key_learns_nothing()
    {
        var api = new RestClient(new RestApi((await TestBackend.OpenAsync()).Backend));
        var answer = await api.GetAsync("/domains");
        Assert.Equal(401, answer.Status);
        Assert.StartsWith("Bearer", answer.Header("WWW-Authenticate"));
        Assert.Equal(401, (await api.GetAsync("/nothing")).Status);
        Assert.Equal(401, (await api.SendAsync("PUT", "/domains", "")).Status);
        Assert.Equal(200, (await api.GetAsync("/openapi.json")).Status);
    }
}
