using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>GETQUOTA: how much room there is. RFC 9208 §4.1.1.</summary>
/// <remarks>An account that is limited has one quota root, of no name; one that is not has none.</remarks>
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
        var use = await session.Gateway.ShowUseAsync(session.Account, cancel);
        if (Root.Length > 0 || use.Quota == 0)
            return Reply.No("NONEXISTENT", "There is no such quota root");
        session.Writer.Quota(use);
        return Reply.Ok("Done");
    }
}
