using System.Text.Json;

namespace Cloud.Tests.Api.Rest;

/// <summary>Holds JSON against a schema: as much of JSON Schema as the OpenAPI document uses, read independently of what wrote it.</summary>
/// <param name="root">The document that references lead into.</param>
public sealed class SchemaCheck(JsonElement root)
{
    static readonly HashSet<string> Known =
    [
        "type",
        "properties",
        "required",
        "items",
        "additionalProperties",
        "$ref",
        "format",
        "pattern",
        "description",
        "default",
        "enum",
        "anyOf",
        "oneOf",
        "const",
    ];

    /// <returns>What is wrong, with its place; empty where nothing is.</returns>
    public IReadOnlyList<string> Faults(JsonElement value, JsonElement schema, string place = "$")
    {
        var faults = new List<string>();
        Check(value, schema, place, faults);
        return faults;
    }

    void Check(JsonElement value, JsonElement schema, string place, List<string> faults)
    {
        if (schema.ValueKind != JsonValueKind.Object)
            return;
        if (schema.TryGetProperty("$ref", out var reference))
            schema = Resolve(reference.GetString()!);
        foreach (var keyword in schema.EnumerateObject().Where(one => !Known.Contains(one.Name)))
            faults.Add($"{place}: the check does not know {keyword.Name}");
        if (schema.TryGetProperty("type", out var type) && !Types(type).Any(one => Is(value, one)))
            faults.Add($"{place}: {value.ValueKind} is not {type.GetRawText()}");
        if (schema.TryGetProperty("enum", out var words) && !words.EnumerateArray().Any(one => Same(one, value)))
            faults.Add($"{place}: {value.GetRawText()} is none of {words.GetRawText()}");
        if (value.ValueKind == JsonValueKind.Object)
            CheckObject(value, schema, place, faults);
        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
        {
            foreach (var (i, item) in value.EnumerateArray().Index())
                Check(item, items, $"{place}[{i}]", faults);
        }
    }

    void CheckObject(JsonElement value, JsonElement schema, string place, List<string> faults)
    {
        if (schema.TryGetProperty("required", out var required))
        {
            foreach (var name in required.EnumerateArray().Select(one => one.GetString()!))
            {
                if (!value.TryGetProperty(name, out _))
                    faults.Add($"{place}: lacks {name}");
            }
        }
        var properties = schema.TryGetProperty("properties", out var known) ? known : default;
        var hasMore = schema.TryGetProperty("additionalProperties", out var more);
        foreach (var property in value.EnumerateObject())
        {
            if (
                properties.ValueKind == JsonValueKind.Object
                && properties.TryGetProperty(property.Name, out var expected)
            )
                Check(property.Value, expected, $"{place}.{property.Name}", faults);
            else if (hasMore && more.ValueKind == JsonValueKind.False)
                faults.Add($"{place}: {property.Name} is not described");
            else if (hasMore && more.ValueKind == JsonValueKind.Object)
                Check(property.Value, more, $"{place}.{property.Name}", faults);
        }
    }

    public JsonElement Resolve(string reference)
    {
        Assert.StartsWith("#/", reference);
        var found = root;
        foreach (var step in reference[2..].Split('/'))
            found = found.GetProperty(step.Replace("~1", "/").Replace("~0", "~"));
        return found;
    }

    public static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array
            ? type.EnumerateArray().Select(one => one.GetString()!)
            : [type.GetString()!];

    static bool Same(JsonElement one, JsonElement other) => one.GetRawText() == other.GetRawText();

    static bool Is(JsonElement value, string type) =>
        (type, value.ValueKind) switch
        {
            ("object", JsonValueKind.Object) => true,
            ("array", JsonValueKind.Array) => true,
            ("string", JsonValueKind.String) => true,
            ("number", JsonValueKind.Number) => true,
            ("integer", JsonValueKind.Number) => value.TryGetInt64(out _),
            ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
            ("null", JsonValueKind.Null) => true,
            _ => false,
        };
}
