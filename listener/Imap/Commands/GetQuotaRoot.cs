using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>GETQUOTAROOT: what limits a mailbox, which need not be there yet. RFC 9208 §4.1.2.</summary>
sealed record GetQuotaRoot(string Name) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        args.ExpectSP();
        var name = args.ExpectMailbox();
        args.ExpectEnd();
        return new GetQuotaRoot(name);
    }

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        var root = OthersName.TryParse(Name)?.Root ?? "";
        if (await GetQuota.OfAsync(session, root, cancel) is not { } use)
            return Reply.NoSuchMailbox;
        var writer = session.Writer;
        writer.Put("* QUOTAROOT "u8);
        writer.Mailbox(Name);
        if (use.Quota > 0)
        {
            writer.Put(" "u8);
            writer.Mailbox(root);
        }
        writer.Crlf();
        if (use.Quota > 0)
            writer.Quota(root, use);
        return Reply.Ok("Done");
    }
}
