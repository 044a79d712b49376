using System.Text.Json;
using System.Text.RegularExpressions;

namespace Cloud.Tests.Flow.Hooks;

/// <summary>As much of JSON Schema (draft 2020-12) as our schema uses; a keyword that it does not know is a fault.</summary>
sealed class JsonSchema(JsonElement root)
{
    /// <returns>What does not agree, with its place.</returns>
    public IReadOnlyList<string> Faults(JsonElement value)
    {
        var faults = new List<string>();
        Check(root, value, "$", faults);
        return faults;
    }

    void Check(JsonElement schema, JsonElement value, string at, List<string> faults)
    {
        if (schema.ValueKind == JsonValueKind.True)
            return;
        foreach (var keyword in schema.EnumerateObject())
        {
            var isSound = keyword.Name switch
            {
                "$schema" or "$id" or "$defs" or "title" or "description" or "properties" or "items" => true,
                "$ref" => Follow(keyword.Value.GetString()!, value, at, faults),
                "type" => IsOfType(keyword.Value, value),
                "enum" => keyword.Value.EnumerateArray().Any(one => one.GetRawText() == value.GetRawText()),
                "pattern" => Regex.IsMatch(value.GetString()!, keyword.Value.GetString()!),
                "format" => keyword.Value.GetString() == "date-time" && value.TryGetDateTimeOffset(out _),
                "required" => keyword.Value.EnumerateArray().All(one => value.TryGetProperty(one.GetString()!, out _)),
                "additionalProperties" => AreKnown(schema, keyword.Value, value, at, faults),
                _ => throw new NotSupportedException(keyword.Name),
            };
            if (!isSound)
                faults.Add($"{at}: {keyword.Name}");
        }
        if (value.ValueKind == JsonValueKind.Object && schema.TryGetProperty("properties", out var properties))
        {
            foreach (var property in properties.EnumerateObject())
            {
                if (value.TryGetProperty(property.Name, out var member))
                    Check(property.Value, member, $"{at}.{property.Name}", faults);
            }
        }
        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
        {
            foreach (var item in value.EnumerateArray())
                Check(items, item, $"{at}[]", faults);
        }
    }

    bool Follow(string reference, JsonElement value, string at, List<string> faults)
    {
        var schema = root;
        foreach (var name in reference.Split('/')[1..])
            schema = schema.GetProperty(name);
        Check(schema, value, at, faults);
        return true;
    }

    bool AreKnown(JsonElement schema, JsonElement others, JsonElement value, string at, List<string> faults)
    {
        var known = schema.TryGetProperty("properties", out var properties)
            ? properties.EnumerateObject().Select(one => one.Name).ToHashSet()
            : [];
        var strange = value.EnumerateObject().Where(member => !known.Contains(member.Name)).ToList();
        if (others.ValueKind == JsonValueKind.False)
            return strange.Count == 0;
        foreach (var member in strange)
            Check(others, member.Value, $"{at}.{member.Name}", faults);
        return true;
    }

    static bool IsOfType(JsonElement type, JsonElement value) =>
        type.ValueKind == JsonValueKind.Array
            ? type.EnumerateArray().Any(one => IsOfType(one, value))
            : type.GetString() switch
            {
                "object" => value.ValueKind == JsonValueKind.Object,
                "array" => value.ValueKind == JsonValueKind.Array,
                "string" => value.ValueKind == JsonValueKind.String,
                "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
                "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
                "number" => value.ValueKind == JsonValueKind.Number,
                "null" => value.ValueKind == JsonValueKind.Null,
                _ => false,
            };
}
