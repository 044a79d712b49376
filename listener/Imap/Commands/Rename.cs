using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Commands;

/// <summary>RENAME. RFC 9051 §6.3.6. Sessions that have it selected notice nothing (RFC 2180 §3.4).</summary>
sealed record Rename(MailboxName From, MailboxName To) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        args.ExpectSP();
        var from = args.ExpectMailboxName();
        args.ExpectSP();
        var to = args.ExpectMailboxName();
        args.ExpectEnd();
        return new Rename(from, to.WithoutSeparator());
    }

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        if (await session.FindMailboxAsync(From.Canonical, cancel) is not { } mailbox)
            return Reply.NoSuchMailbox;
        var (name, shown) = (To.Canonical, To.Canonical);
        if (!mailbox.IsOwn || MailboxNamespaces.IsReserved(name))
        {
            var from = mailbox.IsOwn ? null : OthersName.TryParse(mailbox.Name);
            if (from is null || OthersName.TryParse(name) is not { Path.Length: > 0 } other || other.Root != from.Root)
                return Reply.No("CANNOT", "A mailbox stays with its owner");
            (name, shown) = (other.Path, other.ToString());
        }
        var renamed = await session.Gateway.RenameMailboxAsync(mailbox.Account, mailbox.Mailbox.Id, name, cancel);
        if (!renamed.IsOk)
            return Reply.From(renamed.Refusal, renamed.Reason);
        session.Notifications.Known?.Renamed(mailbox.Key, shown);
        if (session.Dialect.Revision2 && (From.Differs || To.Differs))
            await ListLine.AnnounceAsync(session, To.Canonical, From.Sent, cancel); // RFC 9051 §6.3.6
        return Reply.Ok("Renamed");
    }
}
