using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Cloud.Api.Rest.OpenApi;

/// <summary>The API as an OpenAPI 3.1 document, made of the table of routes.</summary>
static class OpenApiDocument
{
    static readonly JsonSchemaExporterOptions Exporting = new() { TreatNullObliviousAsNonNullable = true };

    public static byte[] Write(IReadOnlyList<Route> routes)
    {
        var schemas = new JsonObject { ["ApiProblem"] = Schema(RestJson.Default.ApiProblem) };
        var paths = new JsonObject();
        foreach (var path in routes.GroupBy(route => route.Template))
        {
            var methods = new JsonObject();
            foreach (var route in path)
                methods[route.Method.ToLower(CultureInfo.InvariantCulture)] = Operation(route, schemas);
            paths[path.Key] = methods;
        }
        var document = new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "Cloud",
                ["version"] = "1",
                ["description"] = "Mail for your own domains: send it, read it, administer it.",
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = RestApi.Prefix }),
            ["security"] = new JsonArray(new JsonObject { ["key"] = new JsonArray() }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas,
                ["securitySchemes"] = new JsonObject
                {
                    ["key"] = new JsonObject
                    {
                        ["type"] = "http",
                        ["scheme"] = "bearer",
                        ["description"] = "A key made by `cloud key add`: ck_…",
                    },
                },
            },
        };
        using var written = new MemoryStream();
        using (var writer = new Utf8JsonWriter(written))
            document.WriteTo(writer);
        return written.ToArray();
    }

    static JsonObject Operation(Route route, JsonObject schemas)
    {
        var operation = new JsonObject
        {
            ["operationId"] = IdOf(route),
            ["summary"] = route.Summary,
            ["tags"] = new JsonArray(Tag(route)),
            ["x-scope"] =
                route.ForOperator ? "operator"
                : route.Scope == ApiScope.None ? "none"
                : string.Join(' ', ApiScopes.NamesOf(route.Scope)),
        };
        if (route.Scope == ApiScope.None)
            operation["security"] = new JsonArray();
        if (Parameters(route) is { Count: > 0 } parameters)
            operation["parameters"] = parameters;
        if (route.RequestType is { } media)
            operation["requestBody"] = Body(media, new JsonObject());
        else if (route.Request is { } request)
            operation["requestBody"] = Body("application/json", Reference(request, schemas));
        operation["responses"] = Responses(route, schemas);
        return operation;
    }

    static JsonObject Body(string media, JsonNode schema) =>
        new()
        {
            ["required"] = true,
            ["content"] = new JsonObject { [media] = new JsonObject { ["schema"] = schema } },
        };

    static JsonArray Parameters(Route route)
    {
        var parameters = new JsonArray();
        foreach (var name in route.Values)
            parameters.Add(Parameter(name, "path", required: true, new JsonObject { ["type"] = "string" }, null));
        foreach (var one in route.Query)
            parameters.Add(Parameter(one.Name, "query", required: false, SchemaOf(one), one.Summary));
        foreach (var one in route.Headers)
            parameters.Add(Parameter(one.Name, "header", required: false, SchemaOf(one), one.Summary));
        if (route.HasTag)
            parameters.Add(
                Parameter(
                    route.Method == "GET" ? "If-None-Match" : "If-Match",
                    "header",
                    required: false,
                    new JsonObject { ["type"] = "string" },
                    "The ETag of an earlier answer"
                )
            );
        return parameters;
    }

    static JsonObject SchemaOf(QueryParameter parameter)
    {
        var schema = new JsonObject { ["type"] = parameter.Type };
        if (parameter.Pattern is { } pattern)
            schema["pattern"] = pattern;
        return schema;
    }

    static JsonNode Parameter(string name, string place, bool required, JsonObject schema, string? description)
    {
        var parameter = new JsonObject
        {
            ["name"] = name,
            ["in"] = place,
            ["required"] = required,
            ["schema"] = schema,
        };
        if (description is not null)
            parameter["description"] = description;
        return parameter;
    }

    static JsonObject Responses(Route route, JsonObject schemas)
    {
        var success = new JsonObject { ["description"] = route.Status == 204 ? "Done" : route.Summary };
        if (route.Response is { } response)
            success["content"] = new JsonObject
            {
                ["application/json"] = new JsonObject { ["schema"] = Reference(response, schemas) },
            };
        else if (route.ResponseType is { } media)
            success["content"] = new JsonObject { [media] = new JsonObject { ["schema"] = new JsonObject() } };
        return new JsonObject
        {
            [route.Status.ToString(CultureInfo.InvariantCulture)] = success,
            ["default"] = new JsonObject
            {
                ["description"] = "It was not done, and why (RFC 9457)",
                ["content"] = new JsonObject
                {
                    [ApiProblem.MediaType] = new JsonObject
                    {
                        ["schema"] = new JsonObject { ["$ref"] = "#/components/schemas/ApiProblem" },
                    },
                },
            },
        };
    }

    static JsonObject Reference(JsonTypeInfo type, JsonObject schemas)
    {
        var name = NameOf(type.Type);
        if (!schemas.ContainsKey(name))
            schemas[name] = Schema(type);
        return new JsonObject { ["$ref"] = $"#/components/schemas/{name}" };
    }

    static JsonNode Schema(JsonTypeInfo type)
    {
        var schema = type.GetJsonSchemaAsNode(Exporting);
        if (type.Options.DefaultIgnoreCondition == JsonIgnoreCondition.WhenWritingNull)
            LetNullsLack(schema);
        return schema;
    }

    /// <summary>What is left out where it is null is not required.</summary>
    static void LetNullsLack(JsonNode? node)
    {
        if (node is JsonArray array)
        {
            foreach (var item in array)
                LetNullsLack(item);
        }
        if (node is not JsonObject schema)
            return;
        foreach (var (_, member) in schema)
            LetNullsLack(member);
        if (schema["required"] is not JsonArray required || schema["properties"] is not JsonObject properties)
            return;
        foreach (var name in required.Where(name => TakesNull(properties[(string?)name ?? ""])).ToList())
            required.Remove(name);
    }

    static bool TakesNull(JsonNode? property) =>
        property?["type"] is JsonArray types && types.Any(type => (string?)type == "null");

    /// <summary><c>Page&lt;DomainInfo&gt;</c> as <c>DomainInfoPage</c>.</summary>
    static string NameOf(Type type) =>
        type.IsGenericType
            ? string.Concat(type.GenericTypeArguments.Select(NameOf)) + type.Name[..type.Name.IndexOf('`')]
            : type.Name;

    /// <summary><c>GET /domains/{domain}</c> as <c>getDomainsDomain</c>.</summary>
    static string IdOf(Route route)
    {
        var id = new StringBuilder(route.Method.ToLower(CultureInfo.InvariantCulture));
        foreach (var word in route.Template.Split('/', '{', '}', '-', '.', '_'))
        {
            if (word.Length > 0)
                id.Append(char.ToUpper(word[0], CultureInfo.InvariantCulture)).Append(word, 1, word.Length - 1);
        }
        return id.ToString();
    }

    static string Tag(Route route) => route.Template.Split('/')[1];
}
