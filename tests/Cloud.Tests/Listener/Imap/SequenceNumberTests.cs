using System.Text.RegularExpressions;
using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Listener.Imap;

/// <summary>
/// What a command's end tells of what has happened elsewhere, and which message each number means then (RFC 9051 §5.2,
/// §7.5.1). No EXPUNGE while FETCH, STORE, SEARCH, and what else answers in numbers, runs; at every other command's end all.
/// </summary>
public sealed class SequenceNumberTests
{
    /// <summary>
    /// UIDs before; what happens elsewhere: <c>+</c> a message comes, <c>-2</c> this UID goes, <c>f3</c> it is flagged,
    /// <c>d3</c> marked as deleted; the command; its untagged lines; the UIDs after it by their numbers.
    /// </summary>
    public static TheoryData<string, string, string, string, string> Table =>
        new()
        {
            // What may tell expunges.
            { "1 2 3 4", "-2", "NOOP", "2 EXPUNGE", "1 3 4" },
            { "1 2 3 4", "-2", "CHECK", "2 EXPUNGE", "1 3 4" },
            { "1 2 3 4", "-2", "UID FETCH 4 UID", "4 FETCH (UID 4)|2 EXPUNGE", "1 3 4" },
            { "1 2 3 4", "-2", "UID FETCH 2 FLAGS", "2 FETCH (UID 2 FLAGS ())|2 EXPUNGE", "1 3 4" },
            { "1 2 3 4", "-2", "UID STORE 2:3 +FLAGS (\\Seen)", "3 FETCH (UID 3 FLAGS (\\Seen))|2 EXPUNGE", "1 3 4" },
            { "1 2 3 4", "-2", "UID SEARCH UNSEEN", "ESEARCH UID ALL 1:4|2 EXPUNGE", "1 3 4" },
            { "1 2 3 4", "-2", "UID SORT (ARRIVAL) UTF-8 ALL", "SORT 1 3 4|2 EXPUNGE", "1 3 4" },
            { "1 2 3 4", "-2", "COPY 4 Archive", "2 EXPUNGE", "1 3 4" },
            { "1 2 3 4", "-2", "MOVE 4 Archive", "OK [COPYUID 4 1]|2 EXPUNGE|3 EXPUNGE", "1 3" },
            { "1 2 3 4", "-2", "STATUS Archive (MESSAGES)", "STATUS Archive (MESSAGES 0)|2 EXPUNGE", "1 3 4" },
            { "1 2 3 4", "-2", "CREATE new", "2 EXPUNGE", "1 3 4" },
            { "1 2 3 4", "-2 d3", "EXPUNGE", "2 EXPUNGE|2 EXPUNGE", "1 4" },
            { "1 2 3 4", "-2 d1 d3", "UID EXPUNGE 3", "2 EXPUNGE|2 EXPUNGE|1 FETCH (UID 1 FLAGS (\\Deleted))", "1 4" },
            // What may not.
            { "1 2 3 4", "-2", "FETCH 4 UID", "4 FETCH (UID 4)", "1 2 3 4" },
            { "1 2 3 4", "-2", "STORE 3 +FLAGS.SILENT (\\Seen)", "", "1 2 3 4" },
            { "1 2 3 4", "-2", "STORE 2:3 +FLAGS (\\Seen)", "3 FETCH (FLAGS (\\Seen))", "1 2 3 4" },
            { "1 2 3 4", "-2", "SEARCH UNSEEN", "ESEARCH ALL 1:4", "1 2 3 4" },
            { "1 2 3 4", "-2", "SEARCH SUBJECT message", "ESEARCH ALL 1,3:4", "1 2 3 4" },
            { "1 2 3 4", "-2", "UID SEARCH 1:2 UNSEEN", "ESEARCH UID ALL 1:2", "1 2 3 4" },
            { "1 2 3 4", "-2", "SORT (ARRIVAL) UTF-8 ALL", "SORT 1 3 4", "1 2 3 4" },
            { "1 2 3 4", "-2", "UID SORT (ARRIVAL) UTF-8 2:4", "SORT 3 4", "1 2 3 4" },
            { "1 2 3 4", "-2", "THREAD REFERENCES UTF-8 ALL", "THREAD ((1)(3)(4))", "1 2 3 4" },
            { "1 2 3 4", "-2", "NONSENSE", "", "1 2 3 4" },
            // Several, in every place.
            { "1 2 3 4", "-1 -4", "NOOP", "1 EXPUNGE|3 EXPUNGE", "2 3" },
            { "1 2 3 4", "-2 -3 -4", "NOOP", "2 EXPUNGE|2 EXPUNGE|2 EXPUNGE", "1" },
            { "1 2 3 4", "-4 -1 -3 -2", "NOOP", "1 EXPUNGE|1 EXPUNGE|1 EXPUNGE|1 EXPUNGE", "" },
            { "2 4 5", "-4", "NOOP", "2 EXPUNGE", "2 5" },
            { "3", "-3", "FETCH 1 UID", "1 FETCH (UID 3)", "3" },
            // What comes is told at the end of any command, and behind what goes.
            { "", "+", "NOOP", "1 EXISTS", "1" },
            { "1 2 3", "+ +", "FETCH 1 UID", "1 FETCH (UID 1)|5 EXISTS", "1 2 3 4 5" },
            { "1 2 3", "-3 +", "NOOP", "3 EXPUNGE|3 EXISTS", "1 2 4" },
            { "1 2 3", "-3 +", "FETCH 1 UID", "1 FETCH (UID 1)|4 EXISTS", "1 2 3 4" },
            { "1 2 3", "-1 -2 -3 +", "NOOP", "1 EXPUNGE|1 EXPUNGE|1 EXPUNGE|1 EXISTS", "4" },
            { "1 2 3", "+ -4", "NOOP", "", "1 2 3" },
            { "1 2 3", "+ + -4", "FETCH 1 UID", "1 FETCH (UID 1)|4 EXISTS", "1 2 3 5" },
            // Flags go by the numbers that count when they are told.
            { "1 2 3", "f3", "NOOP", "3 FETCH (UID 3 FLAGS (\\Flagged))", "1 2 3" },
            { "1 2 3", "-2 f3", "NOOP", "2 EXPUNGE|2 FETCH (UID 3 FLAGS (\\Flagged))", "1 3" },
            { "1 2 3", "-2 f3", "SEARCH ALL", "ESEARCH ALL 1:3|3 FETCH (UID 3 FLAGS (\\Flagged))", "1 2 3" },
            { "1 2 3", "f3 -3", "NOOP", "3 EXPUNGE", "1 2" },
            { "1 2 3", "f3 -3", "FETCH 1 UID", "1 FETCH (UID 1)", "1 2 3" },
            { "1 2 3", "-1 f2 +", "NOOP", "1 EXPUNGE|3 EXISTS|1 FETCH (UID 2 FLAGS (\\Flagged))", "2 3 4" },
        };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task What_a_command_tells_is_what_its_numbers_mean_then(
        string before,
        string elsewhere,
        string command,
        string told,
        string after
    )
    {
        var backend = await TestBackend.OpenAsync();
        var inbox = (await backend.MailboxAsync(backend.AliceId, "INBOX")).Id;
        var uids = Uids(before);
        for (var uid = 1u; uid <= uids.LastOrDefault(); uid++)
            await ChangeAsync(backend, inbox, "+");
        foreach (var uid in Enumerable.Range(1, (int)uids.LastOrDefault()).Except(uids.Select(uid => (int)uid)))
            await ChangeAsync(backend, inbox, $"-{uid}");
        await using var listener = await ImapServer.ListenAsync(backend);
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("ENABLE IMAP4rev2"); // No RECENT.
        await client.DoAsync("SELECT INBOX");

        foreach (var change in elsewhere.Split(' '))
            await ChangeAsync(backend, inbox, change);
        Assert.Equal(told, Untagged(await client.AskAsync(command)));

        var known = Uids(after);
        var listed = known.Select((uid, index) => $"{index + 1} FETCH (UID {uid})");
        var answer = known.Length == 0 ? "" : await client.AskAsync($"FETCH 1:{known.Length} UID");
        Assert.Equal(string.Join('|', listed), Untagged(answer));
        Assert.Contains(" BAD ", await client.AskAsync($"FETCH {known.Length + 1} UID"), StringComparison.Ordinal);
    }

    static uint[] Uids(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(uid => uint.Parse(uid))];

    static async Task ChangeAsync(TestBackend backend, MailboxId inbox, string change)
    {
        if (change == "+")
        {
            await backend.ReceiveAsync(ImapServer.Plain(1), TestBackend.Alice);
            return;
        }
        var uid = UidSet.Of(uint.Parse(change[1..]));
        if (change[0] == '-')
        {
            await backend.Gateway.ExpungeAsync(backend.AliceId, inbox, uid, onlyDeleted: false, default);
            return;
        }
        var flag = change[0] == 'f' ? MessageFlags.Flagged : MessageFlags.Deleted;
        var request = new StoreFlagsRequest(backend.AliceId, inbox, uid, FlagAction.Add, flag, [], null);
        Assert.True((await backend.Gateway.StoreFlagsAsync(request, default)).IsOk);
    }

    /// <summary>Untagged lines without their <c>*</c>, and without what differs from session to session.</summary>
    static string Untagged(string answer) =>
        string.Join(
            '|',
            answer
                .Split("\r\n")
                .Where(line => line.StartsWith("* ", StringComparison.Ordinal))
                .Select(line =>
                    Regex.Replace(line[2..], @" \(TAG ""t\d+""\)|(?<=\[COPYUID) \d+(?= )|(?<=\]) Moved$", "")
                )
        );
}
