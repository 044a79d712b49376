using System.Text;
using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>IDLE: tells what happens when it happens, until the client says DONE. RFC 2177.</summary>
sealed record Idle : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        args.ExpectEnd();
        return new Idle();
    }

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        session.Writer.Put("+ idling\r\n"u8);
        if (session.Selected is { } selected)
            selected.IsIdling = true;
        try
        {
            return await WaitAsync(session, cancel);
        }
        finally
        {
            if (session.Selected is { } still)
                still.IsIdling = false;
        }
    }

    static async ValueTask<Reply> WaitAsync(ImapSession session, CancellationToken cancel)
    {
        var left = session.Options.InactivityTimeout;
        var always = true;
        while (true)
        {
            if (!await session.SyncAsync(always, expunges: true, cancel))
                return Reply.MailboxGone;
            await session.Notifications.TellAsync(cancel);
            await session.Writer.FlushAsync();
            await session.Connection.RestAsync();

            var pause = left < session.Options.KeepAlive ? left : session.Options.KeepAlive;
            var status = await session.Input.ReadContinuationAsync(pause, wakeable: true);
            always = status == ReadStatus.Timeout;
            if (status == ReadStatus.Command)
                return Ascii.EqualsIgnoreCase(session.Input.Text, "DONE"u8)
                    ? Reply.Ok("No longer idling")
                    : Reply.Bad("IDLE ends with DONE");
            if (status == ReadStatus.Refused)
                return session.Input.Fault;
            if (status == ReadStatus.Timeout)
            {
                left -= pause;
                if (left <= TimeSpan.Zero)
                    return Reply.Inactive;
                session.Writer.Put("*", Reply.Ok("Still here"));
            }
            else if (status != ReadStatus.Wake)
            {
                return session.Farewell(status) ?? Reply.Goodbye;
            }
        }
    }
}
