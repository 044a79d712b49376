using Cloud.Store.Messages;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Listener.Imap;

public sealed class StatusRecentTests
{
    [Fact]
    public async Task Recent_messages_that_another_protocol_has_removed_are_not_counted()
    {
        var backend = await TestBackend.OpenAsync();
        await using var listener = await ImapServer.ListenAsync(backend);
        await using var client = await ImapClient.OpenAsync(listener);
        await backend.ReceiveAsync(ImapServer.Plain(1), TestBackend.Alice);
        await client.DoAsync("SELECT INBOX");
        await client.DoAsync("UNSELECT");
        for (var i = 2; i <= 4; i++)
            await backend.ReceiveAsync(ImapServer.Plain(i), TestBackend.Alice);

        // As a POP3 session does, without ever opening the mailbox in IMAP.
        var inbox = await backend.MailboxAsync(backend.AliceId, "INBOX");
        await backend.Gateway.ExpungeAsync(backend.AliceId, inbox.Id, UidSet.Of(3u), onlyDeleted: false, default);

        await client.SendAsync("s STATUS INBOX (MESSAGES RECENT)\r\n");
        Assert.Equal("* STATUS INBOX (MESSAGES 3 RECENT 2)", await client.ReadLineAsync());
    }
}
