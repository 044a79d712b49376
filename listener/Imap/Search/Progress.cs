using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Search;

/// <summary>Tells a client that waits how far its command is (RFC 9585).</summary>
/// <param name="goal">Messages to be looked at.</param>
sealed class Progress(ImapSession session, int goal)
{
    long last = session.Services.Time.GetTimestamp();

    /// <summary>Now and then says that so many are done; not that all are, which the answer says.</summary>
    public async ValueTask TellAsync(int done)
    {
        if (done >= goal || session.Services.Time.GetElapsedTime(last) < ImapLimits.Progress)
            return;
        last = session.Services.Time.GetTimestamp();
        session.Writer.Put("*", Reply.Ok("Still at it", $"INPROGRESS (\"{session.Tag}\" {done} {goal})"));
        await session.Writer.FlushAsync();
    }
}
