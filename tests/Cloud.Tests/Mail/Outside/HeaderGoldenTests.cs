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
                ReceivedComparison.Compare(differences, $"{number}", expected, Received.Parse(value));
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
}
