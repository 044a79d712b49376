using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cloud.Store.Ports;

namespace Cloud.Flow.Hooks;

/// <summary>Events as octets: short enough for a message of the queue, and so for a property of a row.</summary>
/// <remarks>
/// Whoever writes to us chooses what is long in an event, and what JSON makes longer: mail is not to wait, or to come
/// twice, because of it.
/// </remarks>
static class HookPacking
{
    /// <summary>Characters of the texts of an event that is too long.</summary>
    const int ShortText = 200;

    /// <summary>It rests in a queue or a row, and in no page: a sign of another script is no longer than it is.</summary>
    static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Pack<T>(T value, JsonTypeInfo<T> type)
    {
        using var octets = new MemoryStream();
        using (var json = new Utf8JsonWriter(octets, Relaxed))
            JsonSerializer.Serialize(json, value, type);
        return octets.ToArray();
    }

    /// <returns><see cref="QueueLimits.BodyBytes"/> at most: what would make it longer stays out of its event.</returns>
    public static byte[] Pack(HookTask task)
    {
        var body = Pack(task, HookJson.Default.HookTask);
        if (body.Length <= QueueLimits.BodyBytes || task.Event is not { } whole)
            return body;
        foreach (var told in Shorter(whole))
        {
            body = Pack(task with { Event = told }, HookJson.Default.HookTask);
            if (body.Length <= QueueLimits.BodyBytes)
                break;
        }
        return body;
    }

    /// <summary>With less and less: <see cref="MailEvent.Recipients"/> still tells how many there are.</summary>
    static IEnumerable<MailEvent> Shorter(MailEvent told)
    {
        for (var left = (told.To?.Count ?? 0) / 2; left > 0; left /= 2)
            yield return told = told with { To = [.. told.To!.Take(left)] };
        yield return told = told with { Subject = Short(told.Subject), Reply = Short(told.Reply) };
        yield return told = told with { Rules = null };
        yield return told = told with { MessageId = Short(told.MessageId), Author = Short(told.Author) };
        yield return told with
        {
            To = null,
            From = Short(told.From),
            Host = Short(told.Host),
            Tags = null,
            Metadata = null,
        };
    }

    static string? Short(string? text) => MailEvent.Cut(text, ShortText);
}
