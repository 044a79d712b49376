using System.Text;
using System.Text.Json;
using Cloud.Mail;
using Cloud.Mail.Headers;

namespace Cloud.Tests.Mail.Outside;

/// <summary>Header values with what the mail-parser library reads in them.</summary>
public sealed class HeaderGoldenTests
{
    [Theory]
    [InlineData("address")]
    [InlineData("content_type")]
    [InlineData("date")]
    [InlineData("id")]
    [InlineData("list")]
    [InlineData("received")]
    [InlineData("unstructured")]
    public void Values_are_read_as_mail_parser_reads_them(string kind)
    {
        var differences = Differences.Load($"mail-parser.{kind}");
        using var file = JsonDocument.Parse(Differences.ReadText("mail-parser", kind + ".json"));
        var number = 0;
        foreach (var row in file.RootElement.EnumerateArray())
        {
            var value = Value(row.GetProperty("header").GetString()!);
            var expected = row.GetProperty("expected");
            if (kind == "received")
                Compare(differences, number, expected, Received.Parse(value));
            else
                differences.Compare($"{number}", Expected(kind, expected), Actual(kind, value));
            number++;
        }

        Assert.True(number > 0);
        differences.AssertAsListed();
    }

    /// <summary>The field ends where a header's does: at a line end that no white space follows.</summary>
    static byte[] Value(string header)
    {
        foreach (var field in new HeaderReader(Encoding.UTF8.GetBytes($"X:{header}\n\n")))
            return field.Value.ToArray();
        return [];
    }

    static string? Expected(string kind, JsonElement expected) =>
        kind switch
        {
            _ when expected.ValueKind == JsonValueKind.Null => null,
            "address" => Goldens.Addresses(expected),
            "content_type" => Goldens.Media(expected),
            "date" => Goldens.Date(expected),
            "id" or "list" => string.Join(" | ", expected.EnumerateArray().Select(item => item.GetString())),
            _ => expected.GetString(),
        };

    static string? Actual(string kind, byte[] value) =>
        kind switch
        {
            "address" => Goldens.Addresses(AddressList.Parse(value)),
            "content_type" => Goldens.Media(new Octets(HeaderText.Unfold(value))),
            "date" => Goldens.Date(MailDate.Parse(value)),
            "id" => NullIfEmpty(MessageIds.Parse(new Octets(HeaderText.Unfold(value)), 100).Select(id => $"{id}")),
            "list" => NullIfEmpty(Phrases.Parse(value)),
            _ => HeaderText.Decode(value),
        };

    static string? NullIfEmpty(IEnumerable<string> items) =>
        string.Join(" | ", items) is { Length: > 0 } text ? text : null;

    /// <summary>They tell identities and ciphers as well, which nobody has asked us for.</summary>
    static void Compare(Differences differences, int number, JsonElement expected, Received actual)
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

        void Item(string name, string? theirs, string? ours) => differences.Compare($"{number} {name}", theirs, ours);

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
