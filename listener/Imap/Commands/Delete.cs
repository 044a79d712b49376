using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>DELETE. RFC 9051 §6.3.5. Other sessions that have it selected are told BYE (RFC 2180 §3.3).</summary>
sealed record Delete(MailboxName Name) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        args.ExpectSP();
        var name = args.ExpectMailboxName();
        args.ExpectEnd();
        return new Delete(name);
    }

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        if (await session.FindMailboxAsync(Name.Canonical, cancel) is not { } mailbox)
            return Reply.NoSuchMailbox;
        var deleted = await session.Gateway.DeleteMailboxAsync(mailbox.Account, mailbox.Mailbox.Id, cancel);
        if (!deleted.IsOk)
            return Reply.From(deleted.Refusal, deleted.Reason);
        session.Notifications.Known?.Deleted(mailbox.Key);
        if (session.Selected?.Is(mailbox) == true)
            session.Deselect();
        if (session.Dialect.Revision2 && Name.Differs)
            session.Writer.ListGone(Name); // RFC 9051 §6.3.5
        return Reply.Ok("Deleted");
    }
}
