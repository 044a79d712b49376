using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>RENAME. RFC 9051 §6.3.6. Sessions that have it selected notice nothing (RFC 2180 §3.4).</summary>
sealed record Rename(string From, string To) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        args.ExpectSP();
        var from = args.ExpectMailbox();
        args.ExpectSP();
        var to = args.ExpectMailbox();
        args.ExpectEnd();
        return new Rename(from, to.Length > 1 ? to.TrimEnd('/') : to);
    }

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        if (await session.FindMailboxAsync(From, cancel) is not { } mailbox)
            return Reply.NoSuchMailbox;
        var renamed = await session.Gateway.RenameMailboxAsync(session.Account, mailbox.Id, To, cancel);
        return renamed.IsOk ? Reply.Ok("Renamed") : Reply.From(renamed.Refusal, renamed.Reason);
    }
}
