using System.Text;
using Cloud.Mail;
using Cloud.Trust.Content;

namespace Cloud.Tests.Trust.Content;

/// <summary>Messages as text, judged at one moment.</summary>
static class Judged
{
    public static readonly DateTimeOffset Now = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A header with nothing to complain of.</summary>
    public const string Header = """
        From: Ada <ada@example.com>
        To: bob@example.org
        Subject: The minutes of Tuesday
        Date: Wed, 4 Mar 2026 11:00:00 +0000
        Message-ID: <1@example.com>

        """;

    public const string Plain = Header + "\nHere is what we agreed on, as I remember it.\n";

    public static MessageSample Sample(string message) =>
        Sample(Encoding.Latin1.GetBytes(message.ReplaceLineEndings("\r\n")));

    public static MessageSample Sample(byte[] octets)
    {
        var scanner = new MessageScanner();
        scanner.Write(octets);
        return new(scanner.Complete(), octets);
    }

    public static ContentScore Score(string message, ContentFacts? facts = null, ContentOptions? options = null) =>
        ContentRules.Score(Sample(message), facts ?? new(), Now, options);

    /// <summary>The plain message with a field changed or added.</summary>
    public static ContentScore With(string field, string value, ContentFacts? facts = null) =>
        Score(Replace(field, value), facts);

    public static string Replace(string field, string value)
    {
        var lines = Plain.Split('\n').ToList();
        lines.RemoveAll(line => line.StartsWith($"{field}:", StringComparison.Ordinal));
        return $"{field}: {value}\n{string.Join('\n', lines)}";
    }

    public static string Without(string field) =>
        string.Join('\n', Plain.Split('\n').Where(line => !line.StartsWith($"{field}:", StringComparison.Ordinal)));

    public static string Html(string html) => $"{Header}Content-Type: text/html; charset=utf-8\n\n{html}\n";

    public static string WithFile(string name, string content = "SGVsbG8gd29ybGQsIGhlbGxvIQ==") =>
        $"""
            {Header}MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary=b

            --b

            Here is the file that I promised to send to you.
            --b
            Content-Type: application/octet-stream
            Content-Transfer-Encoding: base64
            Content-Disposition: attachment; filename="{name}"

            {content}
            --b--

            """;

    public static void Hits(string rule, ContentScore score) => Assert.Contains(score.Hits, hit => hit.Name == rule);

    public static void Misses(string rule, ContentScore score) =>
        Assert.DoesNotContain(score.Hits, hit => hit.Name == rule);
}
