using System.Text;
using Cloud.Store.Messages;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Listener.Imap;

/// <summary>Sections of a message inside a message inside a multipart, octet for octet.</summary>
public sealed class FetchSectionTests
{
    const string OuterHeader =
        "From: Ada <ada@example.test>\r\n"
        + "To: alice@example.test, \"Bob B.\" <bob@example.test>\r\n"
        + "Subject: nested\r\n =?utf-8?q?s=C3=BCbject?=\r\n"
        + "Date: Fri, 2 Jan 2026 04:00:00 +0100\r\n"
        + "Message-ID: <nested@example.test>\r\n"
        + "MIME-Version: 1.0\r\n"
        + "Content-Type: multipart/mixed; boundary=outer\r\n"
        + "\r\n";

    const string InnerHeader =
        "From: carl@example.test\r\nSubject: inner\r\n" + "Content-Type: multipart/alternative; boundary=inner\r\n\r\n";

    const string InnerText =
        "--inner\r\n\r\nplain\r\n--inner\r\nContent-Type: text/html\r\n\r\n<b>html</b>\r\n--inner--";

    static readonly (string Section, string? Octets)[] Sections =
    [
        ("[]", ImapServer.Nested),
        ("[HEADER]", OuterHeader),
        ("[TEXT]", ImapServer.Nested[OuterHeader.Length..]),
        ("[1]", "Grüße"),
        ("[1.MIME]", "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"),
        ("[1.HEADER]", null),
        ("[1.1]", null),
        ("[2]", InnerHeader + InnerText),
        ("[2.MIME]", "Content-Type: message/rfc822\r\nContent-Description: forwarded\r\n\r\n"),
        ("[2.HEADER]", InnerHeader),
        ("[2.TEXT]", InnerText),
        ("[2.1]", "plain"),
        ("[2.1.MIME]", "\r\n"),
        ("[2.2]", "<b>html</b>"),
        ("[2.2.MIME]", "Content-Type: text/html\r\n\r\n"),
        ("[2.3]", null),
        ("[3]", "AAEC"),
        ("[4]", null),
        ("[HEADER.FIELDS (SUBJECT x-none)]", "Subject: nested\r\n =?utf-8?q?s=C3=BCbject?=\r\n\r\n"),
        (
            "[HEADER.FIELDS.NOT (from to date subject message-id mime-version)]",
            "Content-Type: multipart/mixed; boundary=outer\r\n\r\n"
        ),
        ("[2.HEADER.FIELDS (FROM)]", "From: carl@example.test\r\n\r\n"),
    ];

    [Fact]
    public async Task Every_section_is_exact()
    {
        await using var listener = await ImapServer.ListenAsync(await FilledAsync());
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("SELECT INBOX");
        foreach (var (section, octets) in Sections)
        {
            var answer = await client.AskAsync($"FETCH 1 (BODY.PEEK{section})");
            var expected = octets is null ? "NIL" : Literal(Latin1(octets));
            Assert.StartsWith($"* 1 FETCH (BODY{section} {expected})\r\nt", answer, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("[1]<0.3>", "[1]<0>", 0, 3)]
    [InlineData("[1]<4.100>", "[1]<4>", 4, 3)]
    [InlineData("[1]<7.1>", "[1]<7>", 7, 0)]
    [InlineData("[1]<9999999999.1>", "[1]<9999999999>", 7, 0)]
    public async Task A_partial_is_a_range_of_octets(string section, string label, int start, int length)
    {
        await using var listener = await ImapServer.ListenAsync(await FilledAsync());
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("SELECT INBOX");
        var answer = await client.AskAsync($"FETCH 1 BODY.PEEK{section}");
        var expected = Literal(Latin1("Grüße").Substring(start, length));
        Assert.StartsWith($"* 1 FETCH (BODY{label} {expected})\r\nt", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Envelope_and_structure_are_told_from_the_index()
    {
        await using var listener = await ImapServer.ListenAsync(await FilledAsync());
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("SELECT INBOX");
        var answer = await client.AskAsync("FETCH 1 (ENVELOPE BODYSTRUCTURE)");
        const string ada = "((\"Ada\" NIL \"ada\" \"example.test\"))";
        Assert.Equal(
            "* 1 FETCH (ENVELOPE (\"Fri, 2 Jan 2026 04:00:00 +0100\" \"nested =?utf-8?q?s=C3=BCbject?=\" "
                + $"{ada} {ada} {ada} "
                + "((NIL NIL \"alice\" \"example.test\")(\"Bob B.\" NIL \"bob\" \"example.test\")) NIL NIL NIL "
                + "\"<nested@example.test>\") "
                + "BODYSTRUCTURE ((\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \"8bit\" 7 0 NIL NIL NIL NIL)"
                + "(\"message\" \"rfc822\" NIL NIL \"forwarded\" \"7bit\" 172 "
                + "(NIL \"inner\" ((NIL NIL \"carl\" \"example.test\")) ((NIL NIL \"carl\" \"example.test\")) "
                + "((NIL NIL \"carl\" \"example.test\")) NIL NIL NIL NIL NIL) "
                + "((\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 5 0 NIL NIL NIL NIL)"
                + "(\"text\" \"html\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 11 0 NIL NIL NIL NIL) "
                + "\"alternative\" (\"boundary\" \"inner\") NIL NIL NIL) 11 NIL NIL NIL NIL)"
                + "(\"application\" \"octet-stream\" (\"name\" \"a.bin\") NIL NIL \"base64\" 4 NIL "
                + "(\"attachment\" (\"filename\" \"a.bin\")) NIL NIL) "
                + "\"mixed\" (\"boundary\" \"outer\") NIL NIL NIL))",
            answer[..answer.IndexOf("\r\nt", StringComparison.Ordinal)]
        );
    }

    [Fact]
    public async Task Structure_has_every_field_and_parameters_in_utf8()
    {
        var backend = await TestBackend.OpenAsync();
        await backend.AppendAsync(
            backend.AliceId,
            "INBOX",
            "Content-Type: multipart/related; boundary=q; type=\"text/html\"\r\nContent-Language: de\r\n"
                + "Content-Location: http://here.example/\r\n\r\n--q\r\nContent-Type: text/html\r\n"
                + "Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==\r\nContent-Language: de-CH, en (English)\r\n"
                + "Content-Disposition: inline\r\n\r\nx\r\n--q\r\n"
                + "Content-Type: image/png; name*0*=iso-8859-1'de'B%E4; name*1=r.png\r\nContent-ID: <a@b>\r\n"
                + "Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename*=utf-8''%e2%82%ac.png\r\n"
                + "\r\nAAEC\r\n--q--\r\n"
        );
        await using var listener = await ImapServer.ListenAsync(backend);
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("SELECT INBOX");
        var answer = await client.AskAsync("FETCH 1 BODYSTRUCTURE");
        Assert.Contains(
            "(\"text\" \"html\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 1 0 \"Q2hlY2sgSW50ZWdyaXR5IQ==\" "
                + "(\"inline\" NIL) (\"de-CH\" \"en\") NIL)"
                + "(\"image\" \"png\" (\"name*\" \"utf-8'de'B%C3%A4r.png\") \"<a@b>\" NIL \"base64\" 4 NIL "
                + "(\"attachment\" (\"filename*\" \"utf-8''%e2%82%ac.png\")) NIL NIL) "
                + "\"related\" (\"boundary\" \"q\" \"type\" \"text/html\") NIL \"de\" \"http://here.example/\"",
            answer,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Multipart_without_parts_is_one_text_that_can_be_read()
    {
        var backend = await TestBackend.OpenAsync();
        await backend.AppendAsync(backend.AliceId, "INBOX", "Content-Type: multipart/mixed\r\n\r\nstill here\r\n");
        await using var listener = await ImapServer.ListenAsync(backend);
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("SELECT INBOX");
        var answer = await client.AskAsync("FETCH 1 (BODY BODY.PEEK[1])");
        Assert.StartsWith(
            "* 1 FETCH (BODY ((\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 12 1) \"mixed\") "
                + $"BODY[1] {Literal("still here\r\n")})\r\nt",
            answer,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Header_text_of_eight_bits_goes_as_encoded_words_until_the_client_takes_utf_8()
    {
        var backend = await TestBackend.OpenAsync();
        await backend.AppendAsync(backend.AliceId, "INBOX", "Subject: Grüße \"und\" \\ mehr\r\n\r\n");
        await backend.AppendAsync(backend.AliceId, "INBOX", "Subject: \"quoted\" \\ text\r\n\r\n");
        await using var listener = await ImapServer.ListenAsync(backend);
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("SELECT INBOX");
        var answer = await client.AskAsync("FETCH 1:2 ENVELOPE");
        Assert.Contains("ENVELOPE (NIL \"=?utf-8?", answer, StringComparison.Ordinal);
        Assert.Contains("ENVELOPE (NIL \"\\\"quoted\\\" \\\\ text\" NIL", answer, StringComparison.Ordinal);

        await client.DoAsync("UNSELECT");
        await client.DoAsync("ENABLE UTF8=ACCEPT");
        await client.DoAsync("SELECT INBOX");
        answer = await client.AskAsync("FETCH 1 ENVELOPE");
        var quoted = Latin1("\"Grüße \\\"und\\\" \\\\ mehr\"");
        Assert.Contains($"ENVELOPE (NIL {quoted} NIL", answer, StringComparison.Ordinal);
    }

    static string Literal(string octets) => $"{{{octets.Length}}}\r\n{octets}";

    static string Latin1(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    static async Task<TestBackend> FilledAsync()
    {
        var backend = await TestBackend.OpenAsync();
        await backend.AppendAsync(backend.AliceId, "INBOX", ImapServer.Nested, MessageFlags.Flagged, "$Label1");
        return backend;
    }
}
