using Cloud.Api.Gateway;
using Cloud.Listener.Imap.Fetch;
using Cloud.Listener.Imap.Selected;
using Cloud.Store;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;

namespace Cloud.Listener.Imap.Appending;

/// <summary>Finds what URLs name among the messages that the user may read (RFC 4469 §3); \Seen stays as it is.</summary>
sealed class CatenatedParts(ImapSession session)
{
    FoundMailbox? opened;
    Dictionary<uint, EmailId> entries = [];

    /// <returns>Null for a URL that names nothing here.</returns>
    public async ValueTask<SectionContent?> OpenAsync(string url, CancellationToken cancel)
    {
        if (MessageUrl.Parse(url) is not { } named || await FindAsync(named, cancel) is not var (account, id))
            return null;
        var found = await session.Gateway.FetchAsync(account, [id], cancel);
        if (found.Count == 0)
            return null;
        var (gateway, email) = (session.Gateway, found[0]);
        var index = named.Section.IsWhole ? null : email.UnpackIndex();
        var content = await SectionContent.OpenAsync(gateway, account, email, index, named.Section, cancel);
        return ReferenceEquals(content, SectionContent.Nil) ? null : content;
    }

    async ValueTask<(Access Account, EmailId Email)?> FindAsync(MessageUrl url, CancellationToken cancel)
    {
        var selected = session.Selected;
        var mailbox = url.Mailbox is { } name ? await session.FindMailboxAsync(name, cancel) : selected?.Found;
        if (mailbox is null || (url.UidValidity is { } validity && validity != mailbox.Mailbox.UidValidity))
            return null;
        if (selected?.Is(mailbox) == true && selected.View.IndexOf(url.Uid) is >= 0 and var index)
            return (mailbox.Account, selected.View[index].Email);
        if (opened?.Account != mailbox.Account || opened.Mailbox.Id != mailbox.Mailbox.Id)
            await ReadAsync(mailbox, cancel);
        return entries.TryGetValue(url.Uid, out var id) ? (mailbox.Account, id) : null;
    }

    /// <summary>Read once for all URLs of a mailbox that follow one another.</summary>
    async ValueTask ReadAsync(FoundMailbox mailbox, CancellationToken cancel)
    {
        var view = await session.Gateway.OpenAsync(mailbox.Account, mailbox.Mailbox.Id, claimRecent: false, cancel);
        entries = (view?.Entries ?? EntryPages.Empty).ToDictionary(entry => entry.Uid, entry => entry.Email);
        opened = mailbox;
    }
}
