using System.Runtime.CompilerServices;
using Cloud.Api.Gateway;
using Cloud.Listener.Imap.Selected;
using Cloud.Store;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Listener.Imap;

/// <summary>A mailbox that several sessions of a listener have selected, the store being far away.</summary>
public sealed class SelectedMailboxesTests
{
    const int Messages = 600;

    [Fact]
    public async Task A_mailbox_lies_in_memory_once()
    {
        await using var backend = await FilledAsync(Hop.Claim);
        var (mailboxes, mailbox) = (new SelectedMailboxes(), await backend.MailboxAsync(backend.AliceId, "INBOX"));
        Access owner = backend.AliceId;
        var first = await SelectedAsync();
        var second = await SelectedAsync();
        Assert.Equal(Messages, Alike());

        await backend.ReceiveAsync(ImapServer.Plain(Messages + 1), TestBackend.Alice);
        Assert.True((await StoreAsync(300)).IsOk);
        first = await SyncedAsync(first);
        Assert.InRange(Alike(), 1, 400);
        second = await SyncedAsync(second);
        Assert.Equal(Messages + 1, Alike());
        Assert.Equal(MessageFlags.Flagged, second.View.Flags(299));

        await backend.Gateway.ExpungeAsync(owner, mailbox.Id, UidSet.Of(7), onlyDeleted: false, default);
        first = await SyncedAsync(first);
        second = await SyncedAsync(second);
        Assert.Equal((7u, 7u), (first.View.Uid(6), second.View.Uid(6))); // gone, and not told yet
        var later = (await SelectedAsync()).View;
        Assert.Equal((Messages, 8u), (later.Count, later.Uid(6)));
        Assert.Equal([(7, 7u)], first.View.TakeExpunges());
        first.View.Share(first.Shared, first.Revision);
        Assert.Equal(8u, first.View.Uid(6));
        Assert.Equal(7u, second.View.Uid(6));
        Assert.Equal([(7, 7u)], second.View.TakeExpunges());
        second.View.Share(second.Shared, second.Revision);
        Assert.Equal(Messages, Alike());

        int Alike() =>
            Enumerable
                .Range(0, Math.Min(first.View.Count, second.View.Count))
                .Count(i => Unsafe.AreSame(in first.View[i], in second.View[i]));

        async Task<(SequenceView View, SelectedEntries Shared, ulong Revision)> SelectedAsync()
        {
            var opened = await mailboxes.OpenAsync(backend.Gateway, owner, mailbox.Id, claimRecent: false, default);
            var (view, shared) = opened!.Value;
            return (SequenceView.Of(view.Entries, uint.MaxValue), shared, view.Revision);
        }

        async Task<(SequenceView View, SelectedEntries Shared, ulong Revision)> SyncedAsync(
            (SequenceView View, SelectedEntries Shared, ulong Revision) session
        )
        {
            var changes = await backend.Gateway.SyncAsync(owner, mailbox.Id, session.Revision, false, default);
            session.View.Apply(changes!.Changed, changes.Vanished, uint.MaxValue);
            session.View.Share(session.Shared, changes.Revision);
            return session with { Revision = changes.Revision };
        }

        ValueTask<Result<StoreFlagsResult>> StoreAsync(uint uid) =>
            backend.Gateway.StoreFlagsAsync(
                new(owner, mailbox.Id, UidSet.Of(uid), FlagAction.Add, MessageFlags.Flagged, [], null),
                default
            );
    }

    /// <summary>The mailbox comes whole once, however many select it, until the last of them has left.</summary>
    [Fact]
    public async Task Who_selects_what_another_has_selected_asks_for_what_is_new()
    {
        await using var backend = await FilledAsync(Hop.Stream);
        await using var listener = await ImapServer.ListenAsync(backend);
        await using var first = await ImapClient.OpenAsync(listener);
        await using var second = await ImapClient.OpenAsync(listener);
        await first.DoAsync("SELECT INBOX");
        await first.DoAsync("STORE 2 +FLAGS (\\Flagged)");
        await backend.ReceiveAsync(ImapServer.Plain(Messages + 1), TestBackend.Alice);
        await second.DoAsync("SELECT INBOX");
        await second.DoAsync("STORE 5 +FLAGS (\\Deleted)");
        await second.DoAsync("EXPUNGE");
        Assert.Contains("* 5 FETCH (UID 6 ", await second.AskAsync("FETCH 5 (UID FLAGS)"), StringComparison.Ordinal);

        await using var third = await ImapClient.OpenAsync(listener);
        var opened = await third.AskAsync("SELECT INBOX");
        Assert.Contains($"* {Messages} EXISTS\r\n", opened, StringComparison.Ordinal);
        Assert.Contains($"* 0 RECENT\r\n", opened, StringComparison.Ordinal); // the second's
        var flags = await third.AskAsync("FETCH 1:* (UID FLAGS)");
        Assert.Contains("* 2 FETCH (UID 2 FLAGS (\\Flagged))\r\n* 3 FETCH (UID 3 ", flags, StringComparison.Ordinal);
        Assert.Contains("* 5 FETCH (UID 6 FLAGS ())", flags, StringComparison.Ordinal);
        Assert.Contains($"* {Messages} FETCH (UID {Messages + 1} FLAGS ())", flags, StringComparison.Ordinal);
        Assert.Equal(1, Opened(backend));

        var told = await first.AskAsync("NOOP");
        Assert.Contains("* 5 EXPUNGE\r\n", told, StringComparison.Ordinal);
        Assert.Contains($"* {Messages} EXISTS\r\n", told, StringComparison.Ordinal);
        foreach (var client in new[] { first, second, third })
            await client.DoAsync("UNSELECT");
        await third.DoAsync("SELECT INBOX");
        Assert.Equal(2, Opened(backend));
    }

    [Fact]
    public async Task A_mailbox_of_another_is_as_each_reader_sees_it()
    {
        await using var backend = await FilledAsync(Hop.Claim, messages: 3);
        await backend.ShareAsync(TestBackend.Alice, "INBOX", TestBackend.Bob, "lrs");
        await using var listener = await ImapServer.ListenAsync(backend);
        await using var owner = await ImapClient.OpenAsync(listener);
        await using var reader = await ImapClient.OpenAsync(listener, login: false);
        await reader.DoAsync($"LOGIN {TestBackend.Bob} \"{TestBackend.Password}\"");
        await owner.DoAsync("SELECT INBOX");
        await owner.DoAsync("STORE 1 +FLAGS (\\Seen)");
        await reader.DoAsync("SELECT \"Other Users/alice@example.test/INBOX\"");
        await reader.DoAsync("STORE 2 +FLAGS (\\Seen)");
        Assert.Contains("* SEARCH 1 3\r\n", await reader.AskAsync("SEARCH UNSEEN"), StringComparison.Ordinal);
        Assert.Contains("* SEARCH 2 3\r\n", await owner.AskAsync("SEARCH UNSEEN"), StringComparison.Ordinal);
        await using var again = await ImapClient.OpenAsync(listener, login: false);
        await again.DoAsync($"LOGIN {TestBackend.Bob} \"{TestBackend.Password}\"");
        await again.DoAsync("SELECT \"Other Users/alice@example.test/INBOX\"");
        Assert.Contains("* SEARCH 1 3\r\n", await again.AskAsync("SEARCH UNSEEN"), StringComparison.Ordinal);
        Assert.Equal(2, Opened(backend));
    }

    /// <summary>A fault is the command's alone, and nobody counts as there who has got nothing.</summary>
    [Fact]
    public async Task A_fault_leaves_the_others_as_they_are()
    {
        await using var backend = await FilledAsync(Hop.None, messages: 3);
        var (isDown, opened) = (false, 0);
        var gateway = HookedGateway.Of(
            backend.Gateway,
            (operation, _) =>
            {
                opened += operation == nameof(IGateway.OpenAsync) ? 1 : 0;
                return isDown && operation == nameof(IGateway.SyncAsync)
                    ? throw new StoreException("The store does not answer")
                    : null;
            }
        );
        await using var listener = await ImapServer.ListenAsync(backend, gateway: gateway);
        await using var first = await ImapClient.OpenAsync(listener);
        await using var second = await ImapClient.OpenAsync(listener);
        await first.DoAsync("SELECT INBOX");
        isDown = true;
        Assert.Contains(" NO [UNAVAILABLE]", await second.AskAsync("SELECT INBOX"), StringComparison.Ordinal);
        isDown = false;
        await second.DoAsync("SELECT INBOX");
        await second.DoAsync("STORE 1 +FLAGS (\\Flagged)");
        Assert.Contains("* 1 FETCH (UID 1 FLAGS (\\Flagged", await first.AskAsync("NOOP"), StringComparison.Ordinal);
        Assert.Equal(1, opened);
        await first.DoAsync("UNSELECT");
        await second.DoAsync("UNSELECT");
        await second.DoAsync("SELECT INBOX");
        Assert.Equal(2, opened);
    }

    /// <summary>What one session has wrong is not what all who come after it get.</summary>
    [Fact]
    public async Task Who_selects_a_mailbox_that_is_known_wrongly_reads_it_whole()
    {
        await using var backend = await FilledAsync(Hop.None, messages: 3);
        var (mailboxes, mailbox) = (new SelectedMailboxes(), await backend.MailboxAsync(backend.AliceId, "INBOX"));
        var (view, shared) = await OpenedAsync(claimRecent: false);
        shared.Share(view.Revision, view.Entries.Without(UidSet.Of(2)));
        var (second, _) = await OpenedAsync(claimRecent: true);
        Assert.Equal([1u, 2u, 3u], second.Entries.Select(entry => entry.Uid));
        Assert.Equal(1u, second.Mailbox.FirstRecent);

        shared.Share(view.Revision + 100, EntryPages.Of([.. view.Entries.Take(2), view.Entries[2] with { Uid = 9 }]));
        var (third, _) = await OpenedAsync(claimRecent: true);
        Assert.Equal([1u, 2u, 3u], third.Entries.Select(entry => entry.Uid));
        Assert.Equal(4u, third.Mailbox.FirstRecent);
        var (fourth, _) = await OpenedAsync(claimRecent: false);
        Assert.Same(third.Entries, fourth.Entries);

        async Task<(MailboxView View, SelectedEntries Shared)> OpenedAsync(bool claimRecent)
        {
            var opened = await mailboxes.OpenAsync(backend.Gateway, backend.AliceId, mailbox.Id, claimRecent, default);
            return opened!.Value;
        }
    }

    /// <summary>A copy that the server has made already changes nothing, so the revision it is told with is another's.</summary>
    [Fact]
    public async Task A_message_that_comes_before_an_append_that_makes_nothing_is_told()
    {
        await using var backend = await TestBackend.OpenAsync();
        await backend.Admin.SetSavesSentAsync(TestBackend.Alice, true, default);
        await using var listener = await ImapServer.ListenAsync(backend);
        await using var client = await ImapClient.OpenAsync(listener);
        const string append = "APPEND Sent {26+}\r\nMessage-ID: <a@b.test>\r\n\r\n";
        await client.DoAsync(append);
        await client.DoAsync("SELECT INBOX");
        await backend.ReceiveAsync(ImapServer.Plain(1), TestBackend.Alice);
        var told = await client.AskAsync(append) + await client.AskAsync("NOOP");
        Assert.Contains("* 1 EXISTS\r\n", told, StringComparison.Ordinal);
        Assert.Contains("[APPENDUID ", told, StringComparison.Ordinal);
    }

    static int Opened(TestBackend backend)
    {
        lock (backend.Hop!.Seen)
            return backend.Hop.Seen.Count(operation => operation == "open");
    }

    static async Task<TestBackend> FilledAsync(Hop hop, int messages = Messages)
    {
        var backend = await TestBackend.OpenAsync(hop: hop);
        for (var i = 1; i <= messages; i++)
            await backend.ReceiveAsync(ImapServer.Plain(i), TestBackend.Alice);
        return backend;
    }
}
