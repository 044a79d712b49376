using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Listener.Imap;

/// <summary>What shows only in a mailbox of some size.</summary>
public sealed class LargeMailboxTests
{
    /// <summary>Three batches: who has waited for less than 10 s hears nothing, nor does who is answered next (RFC 9585 §4).</summary>
    [Theory]
    [InlineData(0, "")]
    [InlineData(4, "")]
    [InlineData(6, "* OK [INPROGRESS (\"t3\" 2000 2100)] Still at it\r\n")]
    [InlineData(
        11,
        "* OK [INPROGRESS (\"t3\" 1000 2100)] Still at it\r\n* OK [INPROGRESS (\"t3\" 2000 2100)] Still at it\r\n"
    )]
    public async Task A_long_search_says_how_far_it_is_and_a_quick_one_does_not(int seconds, string told)
    {
        var clock = new ManualClock();
        var backend = await FilledAsync(clock);
        var gateway = HookedGateway.Of(
            backend.Gateway,
            (operation, _) =>
            {
                if (operation == nameof(IGateway.SearchAsync))
                    clock.Advance(TimeSpan.FromSeconds(seconds));
                return null;
            }
        );
        await using var listener = await ImapServer.ListenAsync(backend, gateway: gateway);
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("EXAMINE INBOX");
        var answer = await client.AskAsync("SEARCH OR SUBJECT \"message 7\" SUBJECT \"message 2100\"");
        Assert.StartsWith(told + "* SEARCH 7 70 71", answer, StringComparison.Ordinal);
        Assert.EndsWith(" 799 2100\r\nt3 OK Searched\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batches_of_uids_lie_side_by_side_from_the_newest_to_1()
    {
        await using var listener = await ImapServer.ListenAsync(await FilledAsync(new ManualClock()));
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("SELECT INBOX");
        await client.DoAsync("UID STORE 1,1500:1599 +FLAGS.SILENT (\\Deleted)");
        await client.DoAsync("EXPUNGE");
        Assert.Contains(
            "* UIDBATCHES (TAG \"t5\") 2100:1301,1300:601,600:1\r\n",
            await client.AskAsync("UIDBATCHES 700"),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "* UIDBATCHES (TAG \"t6\") 1300:601\r\n",
            await client.AskAsync("UIDBATCHES 700 2:2"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_kept_search_is_asked_anew_in_pieces_as_at_first()
    {
        var backend = await FilledAsync(new ManualClock());
        var asked = new List<ulong>();
        var gateway = HookedGateway.Of(
            backend.Gateway,
            (operation, args) =>
            {
                if (operation == nameof(IGateway.SearchAsync))
                    asked.Add(((SearchRequest)args[0]!).Entries.Count);
                return null;
            }
        );
        await using var listener = await ImapServer.ListenAsync(backend, gateway: gateway);
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("SELECT INBOX");
        var found = await client.AskAsync("UID SEARCH RETURN (UPDATE COUNT) SUBJECT \"message 21\" UNFLAGGED");
        Assert.Contains("COUNT 12\r\n", found, StringComparison.Ordinal);
        asked.Clear();
        var told = await client.AskAsync("STORE 1:* +FLAGS.SILENT (\\Flagged)");
        Assert.Contains("REMOVEFROM (0 21,210:219,2100)", told, StringComparison.Ordinal);
        Assert.Equal([1000UL, 1000UL, 100UL], asked);
    }

    [Fact]
    public async Task What_is_told_of_new_messages_is_fetched_for_all_of_them_at_once()
    {
        var backend = await TestBackend.OpenAsync();
        var fetched = new List<int>();
        var gateway = HookedGateway.Of(
            backend.Gateway,
            (operation, args) =>
            {
                if (operation == nameof(IGateway.FetchAsync))
                    fetched.Add(((IReadOnlyList<EmailId>)args[1]!).Count);
                return null;
            }
        );
        await using var listener = await ImapServer.ListenAsync(backend, gateway: gateway);
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("SELECT INBOX");
        await client.DoAsync("UID SEARCH RETURN (UPDATE (UID ENVELOPE) COUNT) UNSEEN");
        foreach (var number in new[] { 1, 2, 3 })
            await backend.ReceiveAsync(ImapServer.Plain(number), TestBackend.Alice);
        var told = await client.AskAsync("NOOP");
        foreach (var number in new[] { 1, 2, 3 })
            Assert.Contains($"* {number} FETCH (UID {number} ENVELOPE (", told, StringComparison.Ordinal);
        Assert.Equal([3], fetched);
    }

    static async Task<TestBackend> FilledAsync(ManualClock clock)
    {
        var backend = await TestBackend.OpenAsync(time: clock);
        for (var i = 1; i <= 2100; i++)
            await backend.ReceiveAsync(ImapServer.Plain(i), TestBackend.Alice);
        return backend;
    }
}
