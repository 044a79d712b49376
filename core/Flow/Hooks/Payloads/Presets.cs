using System.Text;
using System.Text.Json;
using Cloud.Mail.Headers;

namespace Cloud.Flow.Hooks.Payloads;

/// <summary>An event in the words of services that show short notes. What strangers wrote cannot format or call anybody.</summary>
static class Presets
{
    /// <summary>Characters of a note below its title: Discord takes 2,000 of both, the others more.</summary>
    const int MaxNote = 1500;

    /// <summary>Characters of the first line.</summary>
    const int MaxTitle = 200;

    public static HookBody Write(HookPreset preset, MailEvent told, string? preview)
    {
        var (title, text) = (Cut(OneLine(TitleOf(told)), MaxTitle), Cut(TextOf(told, preview), MaxNote));
        return preset switch
        {
            HookPreset.Slack => Json(json => json.WriteString("text", $"*{Slack(title)}*\n{Slack(text)}")),
            HookPreset.Discord => Json(json => WriteDiscord(json, title, text)),
            HookPreset.Teams => Json(json => WriteTeams(json, title, text)),
            // Its first line is a field of the header, which is ASCII (RFC 2047).
            HookPreset.Ntfy => new(
                Encoding.UTF8.GetBytes(text.Length == 0 ? title : text),
                "text/plain; charset=utf-8",
                EncodedWordEncoder.Encode(title)
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(preset)),
        };
    }

    static HookBody Json(Action<Utf8JsonWriter> write)
    {
        using var octets = new MemoryStream();
        using (var json = new Utf8JsonWriter(octets))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return new(octets.ToArray(), "application/json");
    }

    static void WriteDiscord(Utf8JsonWriter json, string title, string text)
    {
        json.WriteString("content", $"**{Markdown(title)}**\n{Markdown(text)}");
        json.WriteStartObject("allowed_mentions");
        json.WriteStartArray("parse");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>An adaptive card whose runs of text know no markup.</summary>
    static void WriteTeams(Utf8JsonWriter json, string title, string text)
    {
        json.WriteString("type", "message");
        json.WriteStartArray("attachments");
        json.WriteStartObject();
        json.WriteString("contentType", "application/vnd.microsoft.card.adaptive");
        json.WriteStartObject("content");
        json.WriteString("$schema", "http://adaptivecards.io/schemas/adaptive-card.json");
        json.WriteString("type", "AdaptiveCard");
        json.WriteString("version", "1.4");
        json.WriteStartArray("body");
        WriteRuns(json, title, isBold: true);
        if (text.Length > 0)
            WriteRuns(json, text, isBold: false);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    static void WriteRuns(Utf8JsonWriter json, string text, bool isBold)
    {
        json.WriteStartObject();
        json.WriteString("type", "RichTextBlock");
        json.WriteStartArray("inlines");
        json.WriteStartObject();
        json.WriteString("type", "TextRun");
        json.WriteString("text", text);
        if (isBold)
            json.WriteString("weight", "Bolder");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static string TitleOf(MailEvent told)
    {
        var recipient = told.To is [var to, ..] ? to : told.Address ?? told.Domain;
        return told.Kind switch
        {
            MailEventKind.Received or MailEventKind.Filed => $"Mail for {recipient}: {told.Subject ?? "(no subject)"}",
            MailEventKind.Sent => $"Mail from {told.From}: {told.Subject ?? "(no subject)"}",
            MailEventKind.Delivered => $"Delivered to {recipient}",
            MailEventKind.Deferred => $"Not delivered to {recipient} yet",
            MailEventKind.Bounced => $"Could not be delivered to {recipient}",
            MailEventKind.Complained => $"{recipient} complains",
            MailEventKind.Rejected => $"Mail for {recipient} refused",
            MailEventKind.Quota => $"{told.Address ?? told.Account}: {told.Percent} % of the quota",
            _ => "A test of this webhook",
        };
    }

    static string TextOf(MailEvent told, string? preview) =>
        told.Kind switch
        {
            MailEventKind.Received or MailEventKind.Filed => $"From {told.Author ?? told.From ?? "nobody"}\n{preview}",
            MailEventKind.Sent => "",
            MailEventKind.Test => $"{told.PublicId}",
            MailEventKind.Quota => $"{told.Used} of {told.Limit} octets",
            _ => $"{told.Subject}\n{told.Status} {told.Reply}".Trim(),
        };

    static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));

    static string Cut(string text, int most) =>
        text.Length <= most ? text
        : char.IsHighSurrogate(text[most - 1]) ? text[..(most - 1)]
        : text[..most];

    /// <summary>Slack's three: nothing is a link, a channel or a person any more.</summary>
    static string Slack(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal);

    static string Markdown(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if ("\\*_~`|>[]()#@<".Contains(c, StringComparison.Ordinal))
                escaped.Append('\\');
            escaped.Append(c);
        }
        return Cut(escaped.ToString(), MaxNote); // of a title it is less in any case
    }
}
