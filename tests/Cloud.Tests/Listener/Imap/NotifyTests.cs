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
        await using var listener = await ImapServer.ListenAsync(backend);
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("NOTIFY SET (personal (MailboxName))");
        var clock = (ManualClock)backend.Time;
        foreach (var minutes in new[] { 29, 2 })
        {
            clock.Advance(TimeSpan.FromMinutes(minutes));
            await backend.Gateway.CreateMailboxAsync(backend.AliceId, $"new {minutes}", MailboxRole.None, default);
            Assert.StartsWith("* LIST", await client.ReadLineAsync(), StringComparison.Ordinal);
        }
        Assert.StartsWith("* BYE", await client.ReadLineAsync(), StringComparison.Ordinal);
    }
}
