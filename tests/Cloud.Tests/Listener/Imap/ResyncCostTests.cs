using Cloud.Store;
using Cloud.Store.Counting;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Listener.Imap;

/// <summary>What a client pays for in storage operations when it asks what has changed (RFC 7162).</summary>
public sealed class ResyncCostTests
{
    readonly CountingRows rows = new(new MemoryRows());

    [Fact]
    public async Task A_session_that_is_up_to_date_reads_nothing()
    {
        await using var mail = await OpenAsync();
        var client = mail.Client;
        rows.Reset();
        await client.DoAsync("UID FETCH 1:* (FLAGS MODSEQ)");
        await client.DoAsync($"UID FETCH 1:* (FLAGS) (CHANGEDSINCE {mail.Known})");
        await client.DoAsync("UID FETCH 1:* (FLAGS) (CHANGEDSINCE 999999 VANISHED)");
        await client.DoAsync("UID SEARCH MODSEQ 1");
        Assert.Equal((0, 0), (rows.Reads, rows.Commits));
    }

    [Fact]
    public async Task To_catch_up_costs_one_query_of_the_log_and_the_pages_it_names()
    {
        await using var mail = await OpenAsync();
        var client = mail.Client;
        await client.DoAsync("UID STORE 7,9 +FLAGS.SILENT (\\Deleted)");
        await client.DoAsync("UID EXPUNGE 7");

        await client.DoAsync("SELECT INBOX");
        rows.Reset();
        await client.DoAsync("SELECT INBOX");
        Assert.Equal((0, 0), (rows.Reads, rows.Commits));
        var answer = await client.AskAsync($"SELECT INBOX (QRESYNC ({mail.Validity} {mail.Known} 1:300))");
        Assert.Contains("* VANISHED (EARLIER) 7\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("* 8 FETCH (UID 9 FLAGS (\\Deleted) MODSEQ (", answer, StringComparison.Ordinal);
        // The log; the one page with a message that has changed and stayed.
        Assert.Equal((2, 0), (rows.Reads, rows.Commits));
    }

    async Task<Mail> OpenAsync()
    {
        var options = new StoreOptions { SoleOwner = true };
        var backend = await TestBackend.OpenAsync(rows, options: options);
        for (var i = 1; i <= 300; i++)
            await backend.ReceiveAsync(ImapServer.Plain(i), TestBackend.Alice);
        var listener = await ImapServer.ListenAsync(backend);
        var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("ENABLE QRESYNC");
        var answer = await client.AskAsync("SELECT INBOX");
        return new(listener, client, Code(answer, "UIDVALIDITY"), Code(answer, "HIGHESTMODSEQ"));
    }

    static string Code(string answer, string name)
    {
        var from = answer.IndexOf($"[{name} ", StringComparison.Ordinal) + name.Length + 2;
        return answer[from..answer.IndexOf(']', from)];
    }

    sealed record Mail(IAsyncDisposable Listener, ImapClient Client, string Validity, string Known) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Client.DisposeAsync();
            await Listener.DisposeAsync();
        }
    }
}
