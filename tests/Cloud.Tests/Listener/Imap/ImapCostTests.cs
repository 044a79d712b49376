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
        var shown = cost.Command.StartsWith("LOGIN", StringComparison.Ordinal) ? "LOGIN" : cost.Command.Split('\r')[0];
        return $"| `{shown}` | {cost.Embedded} | {cost.Shared} |";
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
