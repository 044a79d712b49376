using Cloud.Listener.Imap.Wire;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Commands;

/// <summary>MYRIGHTS: what one may do oneself. RFC 4314 §3.5, §3.8.</summary>
sealed record MyRights(string Name) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        args.ExpectSP();
        var name = args.ExpectMailbox();
        args.ExpectEnd();
        return new MyRights(name);
    }

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        var found = await session.FindMailboxAsync(Name, cancel);
        if (found is null || (found.Rights & MailboxRights.Any) == 0)
            return Reply.NoSuchMailbox;
        session.Writer.MyRights(found);
        return Reply.Ok("Done");
    }
}
