using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>NOOP, and CHECK, which asks for no more here: a chance to be told what is new. RFC 3501 §6.1.2, §6.4.1.</summary>
sealed record Noop : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        args.ExpectEnd();
        return new Noop();
    }

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel) =>
        await session.SyncAsync(always: true, expunges: true, cancel) ? Reply.Ok("Done") : Reply.MailboxGone;
}
