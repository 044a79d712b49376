using Cloud.Api.Gateway;
using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Commands;

/// <summary>GETQUOTA: how much room there is. RFC 9208 §4.1.1.</summary>
/// <remarks>Another's mailboxes have one too, named as the level above them. An account that is limited has one quota root, of no name; one that is not has none.</remarks>
sealed record GetQuota(string Root) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        args.ExpectSP();
        var root = args.ExpectText("a quota root");
        args.ExpectEnd();
        return new GetQuota(root);
    }

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        if (await OfAsync(session, Root, cancel) is not { Quota: > 0 } use)
            return Reply.No("NONEXISTENT", "There is no such quota root");
        session.Writer.Quota(Root, use);
        return Reply.Ok("Done");
    }

    /// <param name="root">Empty for the user's own; another's is the level above the other's mailboxes.</param>
    /// <returns>Null where the user may read nothing there.</returns>
    public static async ValueTask<AccountUse?> OfAsync(ImapSession session, string root, CancellationToken cancel)
    {
        if (root.Length == 0)
            return await session.Gateway.ShowUseAsync(session.Account, cancel);
        if (OthersName.TryParse(root) is not { Path: "" } other)
            return null;
        var shared = await NamespaceView.FindAsync(session, other, cancel);
        return shared?.Mailboxes.Any(mailbox => mailbox.Rights.HasFlag(MailboxRights.Read)) == true
            ? await session.Gateway.ShowUseAsync(new(shared.Account, session.Reader), cancel)
            : null;
    }
}
