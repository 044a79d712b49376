using System.Text.Encodings.Web;
using System.Text.Json;
using Cloud.Mail;

namespace Cloud.Flow.Hooks.Payloads;

/// <summary>Writes what an endpoint is told of an event: docs/webhooks.md, docs/webhooks.schema.json.</summary>
sealed class PayloadWriter(HookMessages messages, MessagePayload full)
{
    /// <summary>The store is read at delivery: what was deleted meanwhile is not told.</summary>
    /// <exception cref="Store.Ports.StoreException">The message cannot be read now.</exception>
    public async ValueTask<HookBody> WriteAsync(Hook hook, MailEvent told, DateTimeOffset now, CancellationToken cancel)
    {
        if (hook.Preset != HookPreset.None)
            return Presets.Write(hook.Preset, told, await PreviewAsync(told, cancel));
        var message = hook.Payload == HookPayload.Full ? await messages.FindAsync(told, cancel) : null;
        using var octets = new MemoryStream();
        await using (var json = new Utf8JsonWriter(octets, Options))
        {
            json.WriteStartObject();
            json.WriteString("id", told.PublicId);
            json.WriteString("type", told.Kind.ToName());
            json.WriteString("timestamp", DateTimeOffset.FromUnixTimeMilliseconds(told.At));
            json.WriteStartObject("data");
            WriteFacts(json, told);
            if (hook.Payload == HookPayload.Full)
            {
                EventFields.Write(json, told);
                if (message is not null)
                    await full.WriteAsync(json, message, hook.Inline, now, cancel);
                else if (NoteOf(told) is { } note)
                    json.WriteString("note", note);
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return new(octets.ToArray(), "application/json");
    }

    static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Ids: all that a thin payload has.</summary>
    static void WriteFacts(Utf8JsonWriter json, MailEvent told)
    {
        if (told.Transaction is { } trace)
            json.WriteString("trace", trace);
        if (told.Account is { } account)
            json.WriteString("account", account);
        if (told is { Account: not null, Transaction: { } text, Kind: MailEventKind.Received or MailEventKind.Filed })
            json.WriteString("email", $"{Store.EmailId.From(Store.TransactionId.TryParse(text) ?? default)}");
        if (told.Address is { } address)
            json.WriteString("address", address);
        if (told.Domain.Length > 0)
            json.WriteString("domain", told.Domain);
        if (told.Kind == MailEventKind.Test)
            json.WriteBoolean("test", true);
    }

    static string? NoteOf(MailEvent told) =>
        told.Kind is not (MailEventKind.Received or MailEventKind.Filed) ? null
        : told.IsForwarded ? "The message was passed on and is not kept here"
        : "The message is not here any more";

    async ValueTask<string?> PreviewAsync(MailEvent told, CancellationToken cancel)
    {
        var message = await messages.FindAsync(told, cancel);
        return message is null || message.Index.Preview.IsNil ? null : $"{message.Index.Preview}";
    }
}

/// <summary>What an event itself knows.</summary>
static class EventFields
{
    public static void Write(Utf8JsonWriter json, MailEvent told)
    {
        if (told.Kind is not (MailEventKind.Quota or MailEventKind.Test))
            WriteEnvelope(json, told);
        WriteText(json, "subject", told.Subject);
        WriteText(json, "messageId", told.MessageId);
        if (told.Size > 0)
            json.WriteNumber("size", told.Size);
        if (told.IsSpam is not null || told.Score is not null)
            WriteSpam(json, told);
        WriteText(json, "mailbox", told.Mailbox);
        WriteLabels(json, told);
        if (told.Kind is MailEventKind.Delivered or MailEventKind.Deferred or MailEventKind.Bounced)
            WriteOutcome(json, told);
        if (told.Kind is MailEventKind.Complained or MailEventKind.Rejected)
        {
            WriteText(json, "reason", told.Reply);
            WriteText(json, "status", told.Status);
        }
        if (told.Kind == MailEventKind.Quota)
        {
            json.WriteStartObject("quota");
            json.WriteNumber("used", told.Used);
            json.WriteNumber("limit", told.Limit);
            json.WriteNumber("percent", told.Percent);
            json.WriteEndObject();
        }
    }

    static void WriteEnvelope(Utf8JsonWriter json, MailEvent told)
    {
        json.WriteStartObject("envelope");
        if (told.From is { } from)
            json.WriteString("from", from);
        else
            json.WriteNull("from");
        json.WriteStartArray("to");
        foreach (var to in told.To ?? [])
            json.WriteStringValue(to);
        json.WriteEndArray();
        json.WriteNumber("recipients", told.Recipients);
        json.WriteEndObject();
    }

    static void WriteSpam(Utf8JsonWriter json, MailEvent told)
    {
        json.WriteStartObject("spam");
        json.WriteBoolean("verdict", told.IsSpam ?? false);
        if (told.Score is { } score)
            json.WriteNumber("score", score);
        json.WriteStartArray("rules");
        foreach (var rule in told.Rules ?? [])
        {
            json.WriteStartObject();
            json.WriteString("name", rule.Name);
            json.WriteNumber("score", rule.Score);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void WriteLabels(Utf8JsonWriter json, MailEvent told)
    {
        if (told.Tags is { Count: > 0 } tags)
        {
            json.WriteStartArray("tags");
            foreach (var tag in tags)
                json.WriteStringValue(tag);
            json.WriteEndArray();
        }
        if (told.Metadata is not { Count: > 0 } metadata)
            return;
        json.WriteStartObject("metadata");
        foreach (var (name, value) in metadata)
            json.WriteString(name, value);
        json.WriteEndObject();
    }

    static void WriteOutcome(Utf8JsonWriter json, MailEvent told)
    {
        json.WriteStartObject("delivery");
        json.WriteString("recipient", told.To is [var to, ..] ? to : "");
        WriteText(json, "status", told.Status);
        WriteText(json, "reply", told.Reply);
        WriteText(json, "host", told.Host);
        if (told.Attempt > 0)
            json.WriteNumber("attempt", told.Attempt);
        if (told.Next is { } next)
            json.WriteString("next", DateTimeOffset.FromUnixTimeMilliseconds(next));
        json.WriteEndObject();
    }

    static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (value is { Length: > 0 })
            json.WriteString(name, value);
    }
}
