using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cloud.Api.Rest;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Rest;

/// <summary>The document against the answers of a running API: every operation that it names, well and badly asked.</summary>
public sealed class OpenApiTests
{
    static readonly Lazy<JsonElement> Document = new(() =>
    {
        var open = TestBackend.OpenAsync();
        var api = new RestClient(new RestApi(open.GetAwaiter().GetResult().Backend));
        return api.GetAsync("/openapi.json").GetAwaiter().GetResult().Json;
    });

    /// <summary>Bodies that are well, by operation; others are made of their schema.</summary>
    static readonly Dictionary<string, string> Bodies = new()
    {
        ["postDomains"] = """{"name":"new.example"}""",
        ["postKeys"] = """{"name":"a key","scopes":["send"],"domain":"acme.example","networks":["192.0.2.1"]}""",
        ["patchKeysKey"] = """{"name":"renamed"}""",
        ["postSends"] = """{"from":"ada@acme.example","to":["a@elsewhere.test"],"text":"hi","tags":["t"]}""",
        ["postSendsBatch"] =
            """{"messages":[{"from":"ada@acme.example","to":["a@b.test"],"text":"hi"},{"from":"x"}]}""",
        ["putDomainsDomainTemplatesTemplate"] = """{"subject":"s","text":"{{t}}"}""",
        ["postUsersUserMailboxes"] = """{"name":"New"}""",
        ["patchUsersUserMailboxesMailbox"] = """{"subscribed":true}""",
        ["patchUsersUserMessagesMessage"] = """{"seen":true}""",
        ["postUsers"] = """{"address":"new@acme.example"}""",
        ["patchUsersUser"] = """{"savesSent":true,"sendsAs":["other@acme.example"]}""",
        ["putUsersUserForward"] = """{"targets":["me@elsewhere.test"]}""",
        ["putAliasesAlias"] = """{"targets":["ada@acme.example"]}""",
        ["putSuppressionsListAddress"] = """{"text":"asked","days":3}""",
    };

    /// <summary>The fixture has what the path names.</summary>
    static bool IsThere(string path, Dictionary<string, string> values) =>
        path.Split('/').Where(one => one.StartsWith('{')).All(one => values.ContainsKey(one[1..^1]));

    /// <summary>All that the operation needs is given: it must succeed.</summary>
    static bool MustSucceed(string path, JsonElement operation, Dictionary<string, string> values) =>
        IsThere(path, values)
        && !path.Contains("/archive/")
        && (
            Bodies.ContainsKey(operation.GetProperty("operationId").GetString()!)
            || !operation.TryGetProperty("requestBody", out _)
            || path is "/sends/raw" or "/uploads"
        )
        && (
            Resources.Contains(path.Split('/')[1])
            || path is "/domains" or "/domains/{domain}" or "/users" or "/users/{user}"
            || new[] { "/templates", "/mailboxes", "/messages", "/threads", "/reports" }.Any(path.Contains)
            || path.EndsWith("/dns", StringComparison.Ordinal)
        );

    static readonly HashSet<string> Resources =
    [
        "aliases",
        "cost",
        "dead-letters",
        "keys",
        "openapi.json",
        "queue",
        "sends",
        "stats",
        "suppressions",
        "uploads",
        "usage",
        "webhooks.schema.json",
    ];

    public static TheoryData<string, string> Operations
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var path in Document.Value.GetProperty("paths").EnumerateObject())
            {
                foreach (var method in path.Value.EnumerateObject())
                    all.Add(method.Name.ToUpperInvariant(), path.Name);
            }
            return all;
        }
    }

    static JsonElement OperationOf(string method, string path) =>
        Document.Value.GetProperty("paths").GetProperty(path).GetProperty(method.ToLowerInvariant());

    [Fact]
    public void The_document_names_every_route_and_each_operation_once()
    {
        Assert.Equal("3.1.1", Document.Value.GetProperty("openapi").GetString());
        Assert.Equal(
            ApiRoutes.All.Select(route => $"{route.Method} {route.Template}").Order(),
            Operations.Select(row => $"{(string)row[0]} {(string)row[1]}").Order()
        );
        var ids = Operations.Select(row =>
            OperationOf((string)row[0], (string)row[1]).GetProperty("operationId").GetString()
        );
        Assert.Equal(ids.Count(), ids.Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task An_answer_is_as_the_document_says(string method, string path)
    {
        var (api, values) = await WorldAsync();
        var operation = OperationOf(method, path);
        if (method == "DELETE" && path == "/domains/{domain}")
            values["domain"] = "empty.example";
        var answer = await AskAsync(api, method, Filled(path, values), operation);
        Check(answer, operation);
        var expected = operation.GetProperty("responses").EnumerateObject().First().Name;
        if (MustSucceed(path, operation, values))
            Assert.True(answer.Status == int.Parse(expected), $"{answer.Status}: {answer.Text}");
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task What_is_not_there_is_answered_as_the_document_says(string method, string path)
    {
        var (api, _) = await WorldAsync();
        var operation = OperationOf(method, path);
        var answer = await AskAsync(api, method, Filled(path, []), operation);
        Check(answer, operation);
        if (path.Contains('{'))
            Assert.InRange(answer.Status, 400, 422);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_member_of_a_wrong_kind_is_named(string method, string path)
    {
        var operation = OperationOf(method, path);
        if (BodySchema(operation) is not { } schema || !schema.TryGetProperty("properties", out var properties))
            return;
        var (api, values) = await WorldAsync();
        if (!IsThere(path, values))
            return;
        foreach (var property in properties.EnumerateObject())
        {
            var body = JsonNode.Parse(BodyOf(operation)!)!.AsObject();
            var types = property.Value.TryGetProperty("type", out var type)
                ? SchemaCheck.Types(type).ToList()
                : ["object"];
            body[property.Name] =
                types.Contains("object") || types.Contains("array") ? 17 : new JsonObject { ["no"] = 1 };
            var answer = await api.SendAsync(method, Filled(path, values), body.ToJsonString());
            Check(answer, operation);
            Assert.True(answer.Status == 422, $"{property.Name}: {answer.Text}");
            Assert.StartsWith(
                $"#/{property.Name}",
                answer.Json.GetProperty("errors")[0].GetProperty("pointer").GetString()
            );
        }
        var unknown = JsonNode.Parse(BodyOf(operation)!)!.AsObject();
        unknown["unheardOf"] = 1;
        var refused = await api.SendAsync(method, Filled(path, values), unknown.ToJsonString());
        Assert.Equal(422, refused.Status);
        foreach (var broken in new[] { "", "[", "null", "17", "\"x\"", "[]", "{\"a\":" + new string('[', 60) })
            Assert.InRange((await api.SendAsync(method, Filled(path, values), broken)).Status, 400, 422);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_parameter_of_a_wrong_kind_is_named(string method, string path)
    {
        var operation = OperationOf(method, path);
        var (api, values) = await WorldAsync();
        if (!operation.TryGetProperty("parameters", out var parameters) || !MustSucceed(path, operation, values))
            return;
        foreach (
            var parameter in parameters.EnumerateArray().Where(one => one.GetProperty("in").GetString() == "query")
        )
        {
            var (name, type) = (
                parameter.GetProperty("name").GetString()!,
                parameter.GetProperty("schema").GetProperty("type").GetString()
            );
            if (type == "string" && name != "after")
                continue;
            var answer = await api.SendAsync(method, $"{Filled(path, values)}?{name}=%F0%9F%99%82", BodyOf(operation));
            Check(answer, operation);
            Assert.True(answer.Status == 400, $"{name}: {answer.Text}");
            Assert.Equal(name, answer.Json.GetProperty("errors")[0].GetProperty("parameter").GetString());
        }
        Assert.Equal(400, (await api.SendAsync(method, $"{Filled(path, values)}?unheard=1", BodyOf(operation))).Status);
    }

    static void Check(RestAnswer answer, JsonElement operation)
    {
        var responses = operation.GetProperty("responses");
        var check = new SchemaCheck(Document.Value);
        var isKnown = responses.TryGetProperty($"{answer.Status}", out var response);
        if (!isKnown && answer.Status is 200 or 206 or 304)
            return; // a part of it, or nothing new: what caches and ranges add
        if (!isKnown)
        {
            Assert.True(answer.Status >= 400, $"{answer.Status} is not described");
            Assert.True(answer.Status < 500, answer.Text);
            Assert.Equal("application/problem+json", answer.Header("Content-Type"));
            var problem = Document.Value.GetProperty("components").GetProperty("schemas").GetProperty("ApiProblem");
            Assert.Empty(check.Faults(answer.Json, problem));
            Assert.Equal(answer.Status, answer.Json.GetProperty("status").GetInt32());
            return;
        }
        if (!response.TryGetProperty("content", out var content))
        {
            Assert.Empty(answer.Body);
            return;
        }
        if (!content.TryGetProperty("application/json", out var json))
            return;
        Assert.Equal("application/json", answer.Header("Content-Type"));
        Assert.Empty(check.Faults(answer.Json, json.GetProperty("schema")));
    }

    static Task<RestAnswer> AskAsync(RestClient api, string method, string path, JsonElement operation) =>
        operation.TryGetProperty("requestBody", out var body)
        && body.GetProperty("content").TryGetProperty("message/rfc822", out _)
            ? api.SendBytesAsync(
                method,
                path,
                "From: ada@acme.example\r\nTo: a@elsewhere.test\r\n\r\nhi\r\n"u8.ToArray(),
                ("Content-Type", "message/rfc822")
            )
            : api.SendAsync(method, path, BodyOf(operation));

    static JsonElement? BodySchema(JsonElement operation)
    {
        if (
            !operation.TryGetProperty("requestBody", out var body)
            || !body.GetProperty("content").TryGetProperty("application/json", out var json)
        )
            return null;
        var schema = json.GetProperty("schema");
        return schema.TryGetProperty("$ref", out var reference)
            ? new SchemaCheck(Document.Value).Resolve(reference.GetString()!)
            : schema;
    }

    static string? BodyOf(JsonElement operation)
    {
        if (Bodies.TryGetValue(operation.GetProperty("operationId").GetString()!, out var body))
            return body;
        return BodySchema(operation) is { } schema ? Sample(schema)!.ToJsonString() : null;
    }

    static JsonNode? Sample(JsonElement schema)
    {
        if (schema.TryGetProperty("$ref", out var reference))
            return Sample(new SchemaCheck(Document.Value).Resolve(reference.GetString()!));
        if (schema.TryGetProperty("enum", out var words))
            return JsonNode.Parse(words[0].GetRawText());
        switch (schema.TryGetProperty("type", out var type) ? SchemaCheck.Types(type).First() : "object")
        {
            case "string":
                return "x";
            case "integer" or "number":
                return 1;
            case "boolean":
                return true;
            case "array":
                return new JsonArray(schema.TryGetProperty("items", out var items) ? Sample(items) : null);
        }
        var sample = new JsonObject();
        if (schema.TryGetProperty("required", out var required))
        {
            foreach (var name in required.EnumerateArray().Select(one => one.GetString()!))
                sample[name] = Sample(schema.GetProperty("properties").GetProperty(name));
        }
        return sample;
    }

    static string Filled(string path, Dictionary<string, string> values) =>
        string.Join(
            '/',
            path.Split('/')
                .Select(one =>
                    one.StartsWith('{') ? Uri.EscapeDataString(values.GetValueOrDefault(one[1..^1], "none")) : one
                )
        );

    /// <summary>A store where there is one of each, and the names of these.</summary>
    static async Task<(RestClient Api, Dictionary<string, string> Values)> WorldAsync()
    {
        var test = await TestBackend.OpenAsync();
        var api = new RestClient(new RestApi(test.Backend), caller: Caller.Operator);
        await api.PostAsync("/domains", """{"name":"acme.example","tenant":"acme"}""");
        await api.PostAsync("/domains", """{"name":"empty.example"}""");
        await test.AddUserAsync("ada@acme.example");
        await test.AddUserAsync("other@acme.example");
        await test.Admin.AddAliasAsync("all@acme.example", ["ada@acme.example"], default);
        await test.ReceiveAsync("From: a@b.test\r\nMessage-ID: <1@b.test>\r\n\r\nhi\r\n", "ada@acme.example");
        await api.SendAsync("PUT", "/domains/acme.example/templates/hello", """{"subject":"s","text":"t"}""");
        await api.SendAsync("PUT", "/suppressions/acme.example/no@elsewhere.test", "{}");
        var key = await api.PostAsync("/keys", """{"name":"k","scopes":["send"]}""");
        var at = test.Time.GetUtcNow().AddHours(1);
        var send = await api.PostAsync(
            "/sends",
            $$"""{"from":"ada@acme.example","to":["a@elsewhere.test"],"text":"hi","sendAt":"{{at:O}}"}"""
        );
        var message = (await api.GetAsync("/users/ada@acme.example/messages")).Json.GetProperty("items")[0];
        var values = new Dictionary<string, string>
        {
            ["domain"] = "acme.example",
            ["template"] = "hello",
            ["user"] = "ada@acme.example",
            ["alias"] = "all@acme.example",
            ["list"] = "acme.example",
            ["address"] = "no@elsewhere.test",
            ["key"] = key.Json.GetProperty("id").GetString()!,
            ["send"] = send.Json.GetProperty("id").GetString()!,
            ["mailbox"] = "Archive",
            ["message"] = message.GetProperty("id").GetString()!,
            ["thread"] = message.GetProperty("thread").GetString()!,
            ["part"] = "1",
        };
        return (api, values);
    }
}
