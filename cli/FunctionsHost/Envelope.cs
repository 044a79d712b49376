using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cloud.Store.Ports;

namespace Cloud.Cli.FunctionsHost;

/// <summary>What the host posts for a trigger that is not HTTP: Data and Metadata, encoded as oddly as it does.</summary>
static class Envelope
{
    public static byte[] OfQueue(QueueDefinition function, QueueMessage message, DateTimeOffset now)
    {
        var metadata = new JsonObject
        {
            ["DequeueCount"] = $"{message.DequeueCount}",
            ["Id"] = Twice(message.Id),
            ["PopReceipt"] = Twice(message.Receipt),
            // The port does not tell these three: the host's are the service's.
            ["InsertionTime"] = Iso(now),
            ["NextVisibleTime"] = Iso(now),
            ["ExpirationTime"] = Iso(new(9999, 12, 31, 0, 0, 0, TimeSpan.Zero)),
            ["sys"] = Sys(function.Name, now, message.Id),
        };
        if (function.IsBinary)
            return Body(function.Binding, Convert.ToBase64String(message.Body.Span), metadata);

        var text = Encoding.UTF8.GetString(message.Body.Span);
        Merge(metadata, text);
        return Body(function.Binding, Twice(text), metadata);
    }

    public static byte[] OfTimer(TimerDefinition function, TimerStatus? status, bool isPastDue, DateTimeOffset now)
    {
        var timer = new JsonObject
        {
            ["Schedule"] = new JsonObject { ["AdjustForDST"] = true },
            ["ScheduleStatus"] = status is null
                ? null
                : new JsonObject
                {
                    ["Last"] = status.Last,
                    ["Next"] = status.Next,
                    ["LastUpdated"] = status.LastUpdated,
                },
            ["IsPastDue"] = isPastDue,
        };
        return Body(function.Binding, timer, new() { ["sys"] = Sys(function.Name, now, function.Name) });
    }

    /// <summary>A message that is a JSON object has its members among the metadata, over what was there.</summary>
    static void Merge(JsonObject metadata, string text)
    {
        try
        {
            if (JsonNode.Parse(text) is not JsonObject members)
                return;
            foreach (var (name, value) in members)
                metadata[name] = value is JsonValue scalar ? scalar.ToString() : value?.DeepClone();
        }
        catch (JsonException)
        {
            // Plain text has no members.
        }
    }

    static JsonObject Sys(string function, DateTimeOffset now, string id) =>
        new()
        {
            ["MethodName"] = function,
            ["UtcNow"] = Iso(now),
            ["RandGuid"] = id,
        };

    /// <summary>A string is serialised, and then once more as a part of the body.</summary>
    static string Twice(string text) => JsonValue.Create(text).ToJsonString();

    static string Iso(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss+00:00", System.Globalization.CultureInfo.InvariantCulture);

    static byte[] Body(string binding, JsonNode value, JsonObject metadata)
    {
        var body = new JsonObject
        {
            ["Data"] = new JsonObject { [binding] = value },
            ["Metadata"] = metadata,
        };
        return Encoding.UTF8.GetBytes(body.ToJsonString());
    }
}
