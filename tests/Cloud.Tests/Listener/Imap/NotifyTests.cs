using Cloud.Listener.Imap;
using Cloud.Store.Mailboxes;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Listener.Imap;

/// <summary>NOTIFY, as far as the scripts cannot show it.</summary>
public sealed class NotifyTests
{
    [Fact]
    public async Task Who_has_too_much_to_hear_is_told_so_and_then_nothing()
    {
        var backend = await TestBackend.OpenAsync();
        var account = backend.AliceId;
        for (var i = 0; i < 1000; i++)
            await backend.Gateway.CreateMailboxAsync(account, $"all/{i}", MailboxRole.None, default);
        await using var listener = await ImapServer.ListenAsync(backend);
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("NOTIFY SET (personal (MailboxName))");
        var all = await backend.Gateway.ListMailboxesAsync(account, default);
        var parent = all.First(mailbox => mailbox.Name == "all");

        await backend.Gateway.RenameMailboxAsync(account, parent.Id, "other", default);
        Assert.StartsWith("* OK [NOTIFICATIONOVERFLOW]", await client.ReadLineAsync(), StringComparison.Ordinal);
        await backend.Gateway.CreateMailboxAsync(account, "one more", MailboxRole.None, default);
        Assert.Matches(@"^t\d+ OK", await client.AskAsync("NOOP"));
    }

    [Fact]
    public async Task What_we_tell_does_not_make_a_client_less_silent()
    {
        var backend = await TestBackend.OpenAsync();
        var options = new ImapOptions { InactivityTimeout = TimeSpan.FromMilliseconds(300) };
        await using var listener = await ImapServer.ListenAsync(backend, options);
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("NOTIFY SET (personal (MailboxName))");
        for (var told = 0; ; told++)
        {
            await backend.Gateway.CreateMailboxAsync(backend.AliceId, $"new {told}", MailboxRole.None, default);
            var line = await client.ReadLineAsync();
            if (line!.StartsWith("* BYE", StringComparison.Ordinal))
                return;
            Assert.StartsWith("* LIST", line, StringComparison.Ordinal);
        }
    }
}
