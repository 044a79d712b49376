using System.Security.Cryptography;
using System.Text;
using Cloud.Api.Gateway;
using Cloud.Mail;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Gateway;

public abstract class MainPathTests(Hop hop) : GatewayTests(hop)
{
    const string Text = "Subject: hello\r\n\r\nÜ text\r\n";

    [Fact]
    public async Task A_received_message_is_listed_and_read_byte_for_byte()
    {
        var test = await OpenAsync();
        Assert.Equal(ReceiveStatus.Accepted, (await test.ReceiveAsync(Text, TestBackend.Alice)).Status);

        var view = await test.OpenAsync(test.AliceId);
        var entry = Assert.Single(view.Entries);
        Assert.Equal(1u, entry.Uid);
        Assert.Equal(Encoding.UTF8.GetByteCount(Text), entry.Size);
        Assert.Equal((1, 1, 2u), (view.Mailbox.Messages, view.Mailbox.Unseen, view.Mailbox.UidNext));
        Assert.Equal(Text, await test.ReadAsync(test.AliceId, entry.Email));

        var email = Assert.Single(await test.Gateway.FetchAsync(test.AliceId, [entry.Email], default));
        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes(Text)), email.Sha256.ToArray());
    }

    [Fact]
    public async Task A_new_account_has_its_mailboxes_subscribed()
    {
        var test = await OpenAsync();
        var mailboxes = await test.Gateway.ListMailboxesAsync(test.AliceId, default);
        Assert.Equal(
            ["Archive", "Drafts", "INBOX", "Junk", "Sent", "Trash"],
            mailboxes.Select(mailbox => mailbox.Name)
        );
        Assert.All(mailboxes, mailbox => Assert.True(mailbox.Subscribed));
        Assert.Equal(6, mailboxes.Select(mailbox => mailbox.UidValidity).Distinct().Count());
        Assert.Equal(MailboxRole.Drafts, mailboxes[1].Role);
    }

    [Fact]
    public async Task A_message_for_two_is_in_both_accounts_and_each_owns_its_bytes()
    {
        var blobs = new MemoryBlobs();
        var test = await OpenAsync(blobs: blobs);
        await test.ReceiveAsync(Text, TestBackend.Alice, TestBackend.Bob);
        Assert.Equal(2, blobs.Count);

        var first = await test.OpenAsync(test.AliceId);
        await test.Gateway.ExpungeAsync(test.AliceId, first.Mailbox.Id, UidSet.All, false, default);
        Assert.Equal(1, blobs.Count);
        var second = await test.OpenAsync(test.BobId);
        Assert.Equal(Text, await test.ReadAsync(test.BobId, second.Entries[0].Email));
    }

    [Fact]
    public async Task Sync_tells_of_new_changed_and_vanished_messages()
    {
        var test = await OpenAsync();
        await test.ReceiveAsync("a", TestBackend.Alice);
        await test.ReceiveAsync("b", TestBackend.Alice);
        var view = await test.OpenAsync(test.AliceId);
        var inbox = view.Mailbox.Id;

        await test.ReceiveAsync("c", TestBackend.Alice);
        await test.Gateway.StoreFlagsAsync(
            new(test.AliceId, inbox, UidSet.Of(2), FlagAction.Add, MessageFlags.Seen, ["$Work"], null),
            default
        );
        await test.Gateway.ExpungeAsync(test.AliceId, inbox, UidSet.Of(1), false, default);

        var changes = (await test.Gateway.SyncAsync(test.AliceId, inbox, view.Revision, false, default))!;
        Assert.Equal([2u, 3u], changes.Changed.Select(entry => entry.Uid));
        Assert.Equal(MessageFlags.Seen, changes.Changed[0].Flags);
        Assert.Equal(1UL, changes.Changed[0].Keywords);
        Assert.Equal(["$Work"], changes.Mailbox.Keywords);
        Assert.Equal("1", changes.Vanished.ToString());
        Assert.Equal(view.Revision + 3, changes.Revision);
    }

    [Fact]
    public async Task Recent_messages_go_to_one_session()
    {
        var test = await OpenAsync();
        await test.ReceiveAsync("a", TestBackend.Alice);
        var inbox = (await test.MailboxAsync(test.AliceId, "INBOX")).Id;
        var first = await test.Gateway.OpenAsync(test.AliceId, inbox, true, default);
        var second = await test.Gateway.OpenAsync(test.AliceId, inbox, true, default);
        Assert.Equal((1u, 2u), (first!.Mailbox.FirstRecent, second!.Mailbox.FirstRecent));
    }

    [Fact]
    public async Task Append_copy_and_move_place_messages()
    {
        var test = await OpenAsync();
        var appended = await test.AppendAsync(test.AliceId, "Drafts", Text, MessageFlags.Draft, "$Work");
        Assert.Equal(1u, appended.Value!.Uid);
        var drafts = (await test.MailboxAsync(test.AliceId, "Drafts")).Id;
        var sent = (await test.MailboxAsync(test.AliceId, "Sent")).Id;

        var copied = await test.Gateway.CopyAsync(new(test.AliceId, drafts, UidSet.All, sent), default);
        Assert.Equal([(1u, 1u)], copied.Value!.Uids);
        var moved = await test.Gateway.MoveAsync(new(test.AliceId, drafts, UidSet.All, sent), default);
        Assert.Equal([(1u, 2u)], moved.Value!.Uids);

        Assert.Empty((await test.OpenAsync(test.AliceId, "Drafts")).Entries);
        var view = await test.OpenAsync(test.AliceId, "Sent");
        Assert.Equal([1u, 2u], view.Entries.Select(entry => entry.Uid));
        Assert.All(view.Entries, entry => Assert.Equal((MessageFlags.Draft, 1UL), (entry.Flags, entry.Keywords)));
        Assert.Equal(["$Work"], view.Mailbox.Keywords);
    }

    [Theory]
    [InlineData(TestBackend.Alice, TestBackend.Password, AuthenticateStatus.Ok)]
    [InlineData("ALICE@Example.Test", TestBackend.Password, AuthenticateStatus.Ok)]
    [InlineData("alice", TestBackend.Password, AuthenticateStatus.Ok)]
    [InlineData(TestBackend.Alice, "wrong", AuthenticateStatus.WrongCredentials)]
    [InlineData("nobody@example.test", TestBackend.Password, AuthenticateStatus.WrongCredentials)]
    [InlineData("", "", AuthenticateStatus.WrongCredentials)]
    public async Task Login_needs_the_right_name_and_password(string login, string password, AuthenticateStatus status)
    {
        var test = await OpenAsync();
        var result = await test.LoginAsync(login, password);
        Assert.Equal(status, result.Status);
        if (status == AuthenticateStatus.Ok)
            Assert.Equal((test.AliceId, TestBackend.Alice), (result.Account, result.Login));
    }

    [Theory]
    [InlineData("alice@example.test", RecipientVerdict.Ok)]
    [InlineData("Alice+news@EXAMPLE.test", RecipientVerdict.Ok)]
    [InlineData("nobody@example.test", RecipientVerdict.NoSuchUser)]
    [InlineData("alice@elsewhere.test", RecipientVerdict.NotLocal)]
    [InlineData("alice@[192.0.2.1]", RecipientVerdict.NotLocal)]
    public async Task A_recipient_is_checked(string to, RecipientVerdict verdict)
    {
        var test = await OpenAsync();
        var request = new CheckRecipientRequest(
            null,
            EmailAddress.TryParse(to)!,
            null,
            0,
            System.Net.IPAddress.Loopback
        );
        Assert.Equal(verdict, await test.Gateway.CheckRecipientAsync(request, default));
    }

    [Fact]
    public async Task A_watcher_is_woken_by_mail()
    {
        var test = await OpenAsync();
        var view = await test.OpenAsync(test.AliceId);
        var watch = test.Gateway.WatchAsync(test.AliceId, view.Revision, default).AsTask();
        Assert.False(watch.IsCompleted);
        await test.ReceiveAsync("a", TestBackend.Alice);
        Assert.Equal(view.Revision + 1, await watch.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Only_one_session_has_the_maildrop()
    {
        var test = await OpenAsync();
        var held = await test.Gateway.LockMaildropAsync(test.AliceId, default);
        Assert.NotNull(held);
        Assert.Null(await test.Gateway.LockMaildropAsync(test.AliceId, default));
        await held.DisposeAsync();
        Assert.NotNull(await test.Gateway.LockMaildropAsync(test.AliceId, default));
    }
}

public sealed class LocalMainPathTests() : MainPathTests(Hop.None);

public sealed class HttpMainPathTests() : MainPathTests(Hop.Claim);

public sealed class StreamedMainPathTests() : MainPathTests(Hop.Stream);
