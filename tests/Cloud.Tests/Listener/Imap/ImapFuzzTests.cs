using System.Text;
using System.Text.RegularExpressions;
using Cloud.Tests.Fakes;
using Cloud.Tests.Sessions;

namespace Cloud.Tests.Listener.Imap;

/// <summary>Commands that were broken at random are answered with BAD or NO or work; the session always goes on.</summary>
public sealed class ImapFuzzTests
{
    static readonly string[] Seeds =
    [
        "SELECT INBOX",
        "LIST (SUBSCRIBED) \"\" (\"*\" %) RETURN (STATUS (MESSAGES))",
        "LSUB \"\" \"work/&APw-*\"",
        "CREATE x/y (USE (\\Junk))",
        "RENAME x {3+}\r\nx/z",
        "STATUS INBOX (MESSAGES UIDNEXT)",
        "APPEND INBOX (\\Seen $x) \" 1-Feb-2025 13:45:00 +0100\" {4+}\r\nabcd",
        "FETCH 1:*,2 (FLAGS UID BODY.PEEK[1.2.HEADER.FIELDS (FROM \"TO\")]<0.10> ENVELOPE)",
        "UID FETCH 1:4294967295 (BODYSTRUCTURE RFC822.SIZE)",
        "STORE 1 +FLAGS.SILENT (\\Seen $work)",
        "UID COPY 1:2 Archive",
        "SEARCH RETURN (MIN) CHARSET UTF-8 OR (NOT SEEN) UID 1:5 SINCE 1-Jan-2026 KEYWORD x 1:*",
        "UID EXPUNGE 1:3",
        "ID (\"a\" \"b\" \"c\" NIL)",
        "ENABLE QRESYNC UTF8=ACCEPT IMAP4rev2",
        "EXAMINE INBOX (CONDSTORE QRESYNC (67890007 20 41:211,214:541 (1,2:3 41,43:44)))",
        "UID FETCH 1:$ (FLAGS MODSEQ EMAILID THREADID SAVEDATE PREVIEW (LAZY)) (PARTIAL -1:-30 CHANGEDSINCE 3 VANISHED)",
        "STORE $ (UNCHANGEDSINCE 12) -FLAGS.SILENT (\\Seen)",
        "UID SEARCH RETURN (SAVE PARTIAL 1:10 COUNT) MODSEQ \"/flags/\\\\draft\" all 7 OLDER 3 EMAILID M0 SAVEDON 1-Jan-2026",
        "APPEND INBOX UTF8 (~{4+}\r\nabcd)",
        "UIDBATCHES 500 1:4",
        "GETMETADATA (DEPTH infinity MAXSIZE 10) INBOX (/private /shared/comment)",
        "SETMETADATA INBOX (/private/comment ~{4+}\r\nabcd /shared/vendor/x/y NIL)",
        "LIST \"\" % RETURN (METADATA (/private/comment \"/shared/comment\"))",
        "ESEARCH IN (subtree-one (a b) mailboxes INBOX personal) RETURN (COUNT UPDATE (UID) RELEVANCY) FUZZY (TEXT x)",
        "UID SORT RETURN (UPDATE CONTEXT PARTIAL 1:5) (REVERSE RELEVANCY) UTF-8 FUZZY SUBJECT {3+}\r\nabc",
        "CANCELUPDATE \"x1\" \"x2\"",
        "NOTIFY SET STATUS (selected (MessageNew (UID BODY.PEEK[TEXT]) MessageExpunge)) (subtree x (MailboxName))",
        "NOOP",
        "CLOSE",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Broken_commands_never_end_the_session(int seed)
    {
        var random = new Random(seed);
        var backend = await TestBackend.OpenAsync();
        await backend.AppendAsync(backend.AliceId, "INBOX", ImapServer.Nested);
        var options = new Cloud.Listener.Imap.ImapOptions { MaxBadCommands = int.MaxValue };
        await using var listener = await ImapServer.ListenAsync(backend, options);
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("SELECT INBOX");
        for (var round = 0; round < 400; round++)
        {
            var broken = Break(random, Seeds[random.Next(Seeds.Length)]);
            await client.SendAsync($"x{round} {broken}\r\n");
            await client.SendAsync(new string('x', Announced(broken)) + "\r\n\r\n"); // Ends what a literal may have begun.
            await client.SendAsync($"y{round} NOOP\r\n");
            await ExpectAnswerAsync(client, $"y{round}", broken);
        }
    }

    static async Task ExpectAnswerAsync(ImapClient client, string tag, string broken)
    {
        while (true)
        {
            var line = await ReadAsync(client, broken);
            Assert.True(line is not null, $"closed after «{broken}»");
            Assert.DoesNotContain("SERVERBUG", line, StringComparison.Ordinal);
            if (line.StartsWith(tag + " ", StringComparison.Ordinal))
                return;
            // A literal that waits for octets takes the lines behind it for them.
            if (line.StartsWith("+ ", StringComparison.Ordinal))
                await client.SendAsync(new string('\n', 70_000) + $"\r\n{tag} NOOP\r\n");
        }
    }

    static async Task<string?> ReadAsync(ImapClient client, string broken)
    {
        try
        {
            return await client.ReadLineAsync();
        }
        catch (ScriptException e)
        {
            throw new ScriptException($"behind «{broken}»: {e.Message}", e);
        }
    }

    /// <summary>Octets that literals say will come without being asked for; the next commands would be taken for them.</summary>
    static int Announced(string command) =>
        Regex.Matches(command, @"\{([0-9]{1,5})\+\}(?=\r\n|$)").Sum(match => int.Parse(match.Groups[1].Value));

    static string Break(Random random, string command)
    {
        var octets = Encoding.Latin1.GetBytes(command).ToList();
        for (var changes = random.Next(4); changes >= 0; changes--)
        {
            var at = random.Next(octets.Count);
            var octet =
                random.Next(3) == 0 ? (byte)random.Next(256) : (byte)"()[]{}\"\\ *%:,.<>+-09az"[random.Next(22)];
            switch (random.Next(4))
            {
                case 0:
                    octets[at] = octet;
                    break;
                case 1:
                    octets.Insert(at, octet);
                    break;
                case 2 when octets.Count > 1:
                    octets.RemoveAt(at);
                    break;
                default:
                    octets.RemoveRange(at, random.Next(octets.Count - at));
                    octets.Add(octet);
                    break;
            }
        }
        return Encoding.Latin1.GetString([.. octets]);
    }
}
