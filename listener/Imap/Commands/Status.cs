using Cloud.Listener.Imap.Wire;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Commands;

/// <summary>STATUS. RFC 9051 §6.3.11.</summary>
sealed record Status(string Name, StatusItems Items) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        args.ExpectSP();
        var name = args.ExpectMailbox();
        args.ExpectSP();
        var items = StatusItems.Parse(ref args);
        args.ExpectEnd();
        return new Status(name, items);
    }

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        if (await session.FindMailboxAsync(Name, cancel) is not { } mailbox)
            return Reply.NoSuchMailbox;
        if (mailbox.Refuse(MailboxRights.Read) is { } refused)
            return refused;
        await Items.WriteAsync(session, mailbox, cancel);
        return Reply.Ok("Done");
    }
}
