using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap;

/// <summary>Commands that came behind the one that runs.</summary>
/// <remarks>
/// They run one by one, in their order (RFC 9051 §5.5). But a client that asks for one message after the other would wait
/// for the store each time: so while one UID FETCH runs, the messages of those behind it are opened. That changes nothing
/// that can be seen, and no command that could change what they mean stands between.
/// </remarks>
sealed class Pipeline(ImapSession session)
{
    readonly Queue<ParsedCommand> ahead = new();

    public bool IsEmpty => ahead.Count == 0;

    /// <summary>The next command: one that was looked at before, or what the session has just read.</summary>
    public ParsedCommand Take() => ahead.TryDequeue(out var next) ? next : ParsedCommand.Of(session);

    /// <param name="running">About to run.</param>
    public async ValueTask LookAheadAsync(IImapCommand running, CancellationToken cancel)
    {
        if (running is not Commands.Fetch || (ahead.Count > 0 && ahead.Last().Command is not Commands.Fetch))
            return;
        while (ahead.Count < ImapLimits.OpenMessages - 1 && session.Input.HasUidFetch)
        {
            if (await session.Input.ReadCommandAsync(session.Patience) != ReadStatus.Command)
                return; // The next read says the same again.
            var next = ParsedCommand.Of(session);
            session.Input.Release();
            ahead.Enqueue(next);
            if (next.Command is not Commands.Fetch fetch)
                return;
            fetch.OpenAhead(session, cancel);
        }
    }

    /// <summary>What is left will not run.</summary>
    public async ValueTask CloseAsync()
    {
        while (ahead.TryDequeue(out var left))
        {
            if (left.Command is Commands.Fetch fetch)
                await fetch.CloseAsync();
        }
    }
}
