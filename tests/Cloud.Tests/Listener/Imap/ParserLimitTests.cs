using Cloud.Listener.Imap;
using Cloud.Tests.Fakes;
using Cloud.Tests.Sessions;

namespace Cloud.Tests.Listener.Imap;

/// <summary>Every bound of what a client may send: so much is taken, one more is refused with a reason, and the session goes on.</summary>
public sealed class ParserLimitTests
{
    const int Line = ImapLimits.Line;

    /// <summary>What is bounded, the bound, and how one more of it is answered.</summary>
    public static TheoryData<string, int, string> Bounds =>
        new()
        {
            { "SEARCH nesting", ImapLimits.SearchDepth, "BAD Search keys nest at most 50 deep" },
            { "NOT nesting", ImapLimits.SearchDepth, "BAD Search keys nest at most 50 deep" },
            { "SEARCH keys", ImapLimits.SearchKeys, "BAD At most 1000 search keys" },
            { "ESEARCH keys", ImapLimits.SearchKeys, "BAD At most 1000 search keys" },
            { "ranges", (Line - "t3 FETCH  FLAGS".Length) / 2, "BAD A line has at most 65536 octets" },
            { "STORE flags", ImapLimits.Flags, "BAD At most 128 flags" },
            { "APPEND flags", ImapLimits.Flags, "BAD At most 128 flags" },
            { "FETCH items", ImapLimits.FetchItems, "BAD At most 100 items" },
            { "header fields", ImapLimits.HeaderFields, "BAD At most 200 header fields" },
            { "section depth", ImapLimits.SectionDepth, "BAD " },
            { "LIST pattern", ImapLimits.Pattern, "BAD " },
            { "LIST patterns", ImapLimits.ListItems, "BAD At most 50 patterns" },
            { "ID pairs", ImapLimits.IdPairs, "BAD At most 30 fields" },
            { "ENABLE", ImapLimits.Enabled, "BAD At most 50 capabilities" },
            { "NOTIFY names", ImapLimits.NotifiedNames, "NO [NOTIFICATIONOVERFLOW]" },
            { "CATENATE parts", ImapLimits.CatenatedParts, "BAD At most 200 parts" },
            { "literal", ImapLimits.Literal, "NO [TOOBIG]" },
            { "literal that waits", ImapLimits.Literal, "NO [TOOBIG]" },
            { "literals", ImapLimits.Literals, "BAD A command has at most 1000 literals" },
            { "line", Line - "t3 SEARCH SUBJECT \"\"\r\n".Length, "BAD A line has at most 65536 octets" },
        };

    static string Command(string what, int count) =>
        what switch
        {
            "SEARCH nesting" => $"SEARCH {Many("(", count, "")}ALL{Many(")", count, "")}",
            "NOT nesting" => $"SEARCH {Many("NOT ", count, "")}ALL",
            "SEARCH keys" => $"SEARCH {Many("ALL", count)}",
            "ESEARCH keys" => $"ESEARCH IN (personal) {Many("ALL", count)}",
            "ranges" => $"FETCH {Many("1", count, ",")} FLAGS",
            "STORE flags" => $"STORE 1 FLAGS ({Many("\\Seen", count)})",
            "APPEND flags" => $"APPEND INBOX ({Many("\\Seen", count)}) {{9+}}\r\nA: b\r\n\r\nc",
            "FETCH items" => $"FETCH 1 ({Many("UID", count)})",
            "header fields" => $"FETCH 1 BODY.PEEK[HEADER.FIELDS ({Many("To", count)})]",
            "section depth" => $"FETCH 1 BODY.PEEK[{Many("1", count, ".")}]",
            "LIST pattern" => $"LIST \"\" {{{count}+}}\r\n{new string('%', count)}",
            "LIST patterns" => $"LIST \"\" ({Many("a", count)})",
            "ID pairs" => $"ID ({Many("\"a\" \"b\"", count)})",
            "ENABLE" => $"ENABLE {Many("CONDSTORE", count)}",
            "NOTIFY names" =>
                $"NOTIFY SET (mailboxes ({string.Join(' ', Enumerable.Range(0, count))}) (MessageNew MessageExpunge))",
            "CATENATE parts" => $"APPEND INBOX CATENATE ({Many("TEXT {3+}\r\nA: ", count)})",
            "literal" => $"SEARCH SUBJECT {{{count}+}}\r\n{new string('x', count)}",
            "literals" => $"SEARCH {Many("SUBJECT {1+}\r\nx", count)}",
            "line" => $"SEARCH SUBJECT \"{new string('x', count)}\"",
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        };

    static string Many(string text, int count, string between = " ") =>
        string.Join(between, Enumerable.Repeat(text, count));

    [Theory]
    [MemberData(nameof(Bounds))]
    public async Task So_much_is_taken_and_one_more_is_refused(string what, int bound, string refusal)
    {
        await using var listener = await ListenAsync();
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync(what == "ENABLE" ? "NOOP" : "SELECT INBOX");
        Assert.DoesNotMatch(@"(?m)^t3 BAD|\[NOTIFICATIONOVERFLOW\]", await AskAsync(client, what, bound));
        Assert.Contains(refusal, await AskAsync(client, what, bound + 1), StringComparison.Ordinal);
        await client.DoAsync("NOOP");
    }

    static async Task<string> AskAsync(ImapClient client, string what, int count)
    {
        if (what != "literal that waits")
            return await client.AskAsync(Command(what, count));
        await client.SendAsync($"t3 SEARCH SUBJECT {{{count}}}\r\n");
        var answer = await client.ReadLineAsync();
        if (answer is not ['+', ..])
            return answer!;
        await client.SendAsync(new string('x', count) + "\r\n");
        while (answer?.StartsWith("t3 ", StringComparison.Ordinal) != true)
            answer = await client.ReadLineAsync();
        return answer;
    }

    [Theory]
    [InlineData("LOGIN {0} x")]
    [InlineData("LOGIN alice@example.test {0}")]
    public async Task A_literal_has_64_KiB_before_login_too(string command)
    {
        await using var listener = await ListenAsync();
        await using var client = await ImapClient.OpenAsync(listener, login: false);
        foreach (var (octets, refusal) in new[] { (65_536, " NO [AUTHENTICATIONFAILED]"), (65_537, " NO [TOOBIG]") })
        {
            var literal = $"{{{octets}+}}\r\n{new string('x', octets)}";
            Assert.Contains(refusal, await client.AskAsync(string.Format(command, literal)), StringComparison.Ordinal);
        }
        await client.DoAsync("LOGIN alice@example.test \"correct horse\"");
    }

    /// <summary>However they nest: none of it overflows a stack, or takes more than its octets.</summary>
    [Theory]
    [InlineData("LIST (", "")]
    [InlineData("LIST \"\" (", "")]
    [InlineData("SEARCH (", "")]
    [InlineData("SEARCH OR (", "")]
    [InlineData("UID SEARCH NOT (", "")]
    [InlineData("SEARCH RETURN (", "")]
    [InlineData("ESEARCH IN (", "")]
    [InlineData("NOTIFY SET (", "")]
    [InlineData("STORE 1 FLAGS (", "")]
    [InlineData("FETCH 1 (", "")]
    [InlineData("FETCH 1 BODY[HEADER.FIELDS (", "")]
    [InlineData("STATUS INBOX (", "")]
    [InlineData("SELECT INBOX (", "")]
    [InlineData("SORT (", " UTF-8 ALL")]
    [InlineData("GETMETADATA (", " INBOX /private")]
    [InlineData("SETMETADATA INBOX (", "")]
    [InlineData("ID (", "")]
    [InlineData("APPEND INBOX (", "")]
    [InlineData("CREATE x (", "")]
    public async Task What_nests_ten_thousand_deep_is_refused(string command, string rest)
    {
        await using var listener = await ListenAsync();
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("SELECT INBOX");
        var answer = await client.AskAsync($"{command}{new string('(', 10_000)}{new string(')', 10_001)}{rest}");
        Assert.StartsWith("t3 BAD ", answer, StringComparison.Ordinal);
        Assert.InRange(answer.Length, 0, 200);
        await client.DoAsync("FETCH 1 FLAGS");
    }

    /// <summary>A set costs what is in it, not the numbers that it could have.</summary>
    [Theory]
    [InlineData("FETCH 1:4294967295 FLAGS", "BAD There is no message 4294967295")]
    [InlineData("UID FETCH 1:4294967295 FLAGS", "* 2 FETCH")]
    [InlineData("UID FETCH 4294967295:1 (FLAGS ENVELOPE)", "* 2 FETCH")]
    [InlineData("STORE 1:4294967295 +FLAGS (\\Seen)", "BAD There is no message 4294967295")]
    [InlineData("UID STORE 1:4294967295 +FLAGS (\\Seen)", "* 2 FETCH")]
    [InlineData("SEARCH 1:4294967295", "* SEARCH 1 2")]
    [InlineData("SEARCH UID 1:4294967295", "* SEARCH 1 2")]
    [InlineData("SEARCH RETURN (COUNT) NOT 3:4294967295", "COUNT 2")]
    [InlineData("COPY 1:4294967295 Archive", "BAD There is no message 4294967295")]
    [InlineData("UID COPY 1:4294967295 Archive", "[COPYUID ")]
    [InlineData("UID MOVE 1:4294967295 Archive", "[COPYUID ")]
    [InlineData("UID EXPUNGE 1:4294967295", " OK ")]
    [InlineData("SORT (SUBJECT) UTF-8 1:4294967295", "* SORT ")]
    [InlineData("THREAD REFERENCES UTF-8 UID 1:4294967295", "* THREAD ")]
    [InlineData("SELECT INBOX (QRESYNC (1 1 1:4294967295))", " OK [READ-WRITE]")]
    public async Task A_set_of_all_numbers_costs_nothing(string command, string answer)
    {
        await using var listener = await ListenAsync();
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("ENABLE QRESYNC");
        await client.DoAsync("SELECT INBOX");
        var allocated = GC.GetTotalAllocatedBytes();
        Assert.Contains(answer, await client.AskAsync(command), StringComparison.Ordinal);
        Assert.InRange(GC.GetTotalAllocatedBytes() - allocated, 0, 64 * 1024 * 1024);
    }

    static async Task<TestListener> ListenAsync()
    {
        var backend = await TestBackend.OpenAsync();
        for (var i = 1; i <= 2; i++)
            await backend.ReceiveAsync(ImapServer.Plain(i), TestBackend.Alice);
        return await ImapServer.ListenAsync(backend);
    }
}
