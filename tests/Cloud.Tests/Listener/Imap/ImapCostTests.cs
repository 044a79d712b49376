using System.Globalization;
using Cloud.Store;
using Cloud.Store.Counting;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Listener.Imap;

/// <summary>Storage operations of each IMAP command are what docs/performance.md says: users pay for them.</summary>
public sealed class ImapCostTests
{
    const int Messages = 1000;

    /// <summary>Run in this order, in one session.</summary>
    static readonly string[] Commands =
    [
        "LOGIN alice@example.test \"correct horse\"",
        "LIST \"\" *",
        "STATUS INBOX (MESSAGES UNSEEN)",
        "SELECT INBOX",
        "SELECT INBOX",
        "FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE)",
        "FETCH 1:* ENVELOPE",
        "FETCH 1:* ENVELOPE",
        "FETCH 1:10 BODYSTRUCTURE",
        "FETCH 7 BODY.PEEK[]",
        "FETCH 8 BODY[]",
        "SEARCH UNSEEN",
        "SEARCH SUBJECT \"message 7\"",
        "SEARCH 1:10 TEXT number",
        "SORT (SUBJECT) UTF-8 ALL",
        "STORE 9 +FLAGS (\\Flagged)",
        "STORE 1:1000 +FLAGS (\\Seen)",
        "NOOP",
        "COPY 1:100 Archive",
        "MOVE 1:100 Archive",
        "STORE 1:100 +FLAGS.SILENT (\\Deleted)",
        "EXPUNGE",
        "APPEND INBOX {17+}\r\nSubject: x\r\n\r\ny\r\n",
        "APPEND INBOX {17+}\r\nSubject: x\r\n\r\ny\r\n {17+}\r\nSubject: z\r\n\r\ny\r\n",
        "APPEND INBOX CATENATE (URL \"/INBOX/;UID=300/;SECTION=HEADER\" TEXT {3+}\r\ny\r\n)",
        "REPLACE 10 INBOX {17+}\r\nSubject: r\r\n\r\ny\r\n",
        "FETCH 1:* (PREVIEW)",
        "FETCH 1:10 (BODY BINARY.SIZE[1])",
        "FETCH 7 BINARY.PEEK[1]",
        "THREAD REFERENCES UTF-8 ALL",
        "LIST \"\" * RETURN (SPECIAL-USE MYRIGHTS STATUS (MESSAGES UNSEEN SIZE))",
        "CREATE Work",
        "SUBSCRIBE Work",
        "RENAME Work Projects",
        "SETMETADATA Projects (/private/comment {1+}\r\nx)",
        "GETMETADATA Projects /private/comment",
        "SETACL Projects bob@example.test lrs",
        "GETACL Projects",
        "MYRIGHTS Projects",
        "GETQUOTAROOT Projects",
        "ESEARCH IN (mailboxes (INBOX Projects)) RETURN (COUNT) UNSEEN",
        "DELETE Projects",
        "NOTIFY SET (selected (MessageNew (UID) MessageExpunge)) (personal (MessageNew MessageExpunge))",
        "NOTIFY NONE",
        "EXAMINE INBOX",
        "CLOSE",
        "SELECT \"Other Users/bob@example.test/INBOX\"",
        "STORE 1:10 +FLAGS (\\Seen)",
        "STATUS \"Other Users/bob@example.test/INBOX\" (MESSAGES UNSEEN)",
        "NOOP",
        "LOGOUT",
    ];

    [Fact]
    public async Task Commands_cost_what_the_documentation_says()
    {
        var costs = await Task.WhenAll(CostsAsync(soleOwner: true), CostsAsync(soleOwner: false));
        var table = Commands.Zip(costs[0], costs[1]).Select(Row).ToList();
        var text = await File.ReadAllTextAsync(Path.Combine(Infra.Tool.Root, "docs/performance.md"));
        Assert.True(
            table.TrueForAll(row => text.Contains($"\n{row}\n", StringComparison.Ordinal)),
            "docs/performance.md should say:\n" + string.Join('\n', table)
        );
        Assert.Equal("0 0 0", costs[1][5]); // FETCH of flags after SELECT
        var transactions = costs[1][16].Split(' ')[1];
        Assert.InRange(int.Parse(transactions, CultureInfo.InvariantCulture), 1, 8);
    }

    static string Row((string Command, string Embedded, string Shared) cost)
    {
        var shown = cost.Command.StartsWith("LOGIN", StringComparison.Ordinal)
            ? "LOGIN"
            : WithoutLiterals(cost.Command);
        return $"| `{shown}` | {cost.Embedded} | {cost.Shared} |";
    }

    static string WithoutLiterals(string command)
    {
        var parts = command.Split("}\r\n");
        return parts[0] + string.Concat(parts.Skip(1).Select(part => $"}} …{After(part)}"));

        static string After(string literal) => literal.IndexOfAny(['{', ')']) is >= 0 and var end ? literal[end..] : "";
    }

    /// <returns>Reads and transactions of rows, and operations on blobs.</returns>
    static async Task<List<string>> CostsAsync(bool soleOwner)
    {
        var (rows, blobs) = (new CountingRows(new MemoryRows()), new CountingBlobs(new MemoryBlobs()));
        var clock = new ManualClock();
        var options = new StoreOptions { SoleOwner = soleOwner };
        var backend = await TestBackend.OpenAsync(rows, blobs, time: clock, options: options);
        for (var i = 1; i <= Messages; i++)
        {
            await backend.ReceiveAsync(ImapServer.Plain(i), TestBackend.Alice);
            clock.Advance(TimeSpan.FromSeconds(1));
        }
        for (var i = 1; i <= 20; i++)
            await backend.ReceiveAsync(ImapServer.Plain(i), TestBackend.Bob);
        await backend.ShareAsync(TestBackend.Bob, "INBOX", TestBackend.Alice, "lrs");
        await using var listener = await ImapServer.ListenAsync(backend);
        await using var client = await ImapClient.OpenAsync(listener, login: false);
        var costs = new List<string>();
        foreach (var command in Commands)
        {
            rows.Reset();
            blobs.Reset();
            await client.DoAsync(command);
            costs.Add($"{rows.Reads} {rows.Commits} {blobs.Operations}");
        }
        return costs;
    }
}
