using System.Text.Json;
using Cloud.Mail.Headers;

namespace Cloud.Tests.Mail.Outside;

/// <summary>A Received field as the mail-parser library reads it and as we do, clause by clause.</summary>
/// <remarks>They tell identities and ciphers as well, which nobody has asked us for.</remarks>
static class ReceivedComparison
{
    public static void Compare(Differences differences, string key, JsonElement expected, Received actual)
    {
        Item("from", Host("from"), actual.From?.Trim('[', ']'));
        Item("address", (Text("from_ip") ?? Address("from")), actual.FromAddress?.ToString());
        Item("name", Text("from_iprev"), actual.FromName);
        Item("helo", Host("helo"), actual.Helo?.Trim('[', ']'));
        Item("by", Host("by"), actual.By?.Trim('[', ']'));
        Item("via", Text("via"), actual.Via);
        Item("with", Text("with"), Protocol(actual.With));
        Item("id", Text("id"), actual.Id);
        Item("for", Text("for_"), actual.For);
        Item("date", Property("date") is { } date ? Goldens.Date(date) : null, Goldens.Date(actual.Date));

        void Item(string name, string? theirs, string? ours) => differences.Compare($"{key} {name}", theirs, ours);

        JsonElement? Property(string name) =>
            expected.ValueKind == JsonValueKind.Object
            && expected.TryGetProperty(name, out var value)
            && value.ValueKind != JsonValueKind.Null
                ? value
                : null;

        string? Text(string name) => Property(name)?.GetString();

        string? Host(string name) =>
            Property(name) is { } host ? host.EnumerateObject().First().Value.GetString() : null;

        string? Address(string name) =>
            Property(name) is { } host && host.TryGetProperty("IpAddr", out var address) ? address.GetString() : null;
    }

    /// <summary>They keep the protocol alone, in capitals.</summary>
    static string? Protocol(string? with)
    {
        foreach (var word in with?.ToUpperInvariant().Replace("LOCAL-", "").Split(' ', '/', '(') ?? [])
        {
            if (word == "ESMTP-TLS")
                return "ESMTPS";
            if (word is "HTTP" or "HTTPS" or "POP3" or "IMAP" || word.Contains("SMTP") || word.Contains("LMTP"))
                return word is "SMTPSVC" or "BSMTP" ? "SMTP" : word;
            if (word is "LOCAL" or "HTTPREST")
                return word == "LOCAL" ? "Local" : "HTTP";
        }

        return null;
    }
}
