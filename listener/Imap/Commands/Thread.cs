using Cloud.Api.Gateway;
using Cloud.Listener.Imap.Search;
using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Search;
using Cloud.Store.Threading;

namespace Cloud.Listener.Imap.Commands;

/// <summary>THREAD and UID THREAD. RFC 5256 §3.</summary>
sealed record Thread(ThreadAlgorithm Algorithm, SearchQuery Query, bool Uids) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args) => Parse(ref args, uids: false);

    public static IImapCommand ParseUid(ref ImapReader args) => Parse(ref args, uids: true);

    public bool SpeaksNumbers => Query.SpeaksNumbers;

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        if (!Query.IsUnderstood)
            return Reply.BadCharset;
        if (Query.AsksModSeq)
            session.UseModSeqs();
        var selected = session.Selected!;
        var matching = await StoreSearch.FindAsync(session, selected.Source, Query.KeyIn(session), cancel);
        if (!matching.IsOk)
            return Reply.From(matching.Refusal, matching.Reason);
        var all = new SearchRequest(selected.Account, selected.Id, matching.Value, new SearchKey.All());
        var threads = await session.Gateway.ThreadAsync(new(all, Algorithm), cancel);
        if (!threads.IsOk)
            return Reply.From(threads.Refusal, threads.Reason);

        session.Writer.Put("* THREAD"u8);
        if (threads.Value.Threads.Count > 0)
            session.Writer.Put(" "u8);
        foreach (var thread in threads.Value.Threads)
            await WriteAsync(session.Writer, selected.View, thread);
        session.Writer.Crlf();
        return Reply.Ok("Threaded");
    }

    /// <summary><c>thread-list = "(" (thread-members / thread-nested) ")"</c>; without recursion, which a chain could exhaust.</summary>
    async ValueTask WriteAsync(ImapWriter writer, SequenceView view, ThreadNode thread)
    {
        // What is still to be written, next on top: a message, or null for a closing parenthesis.
        var left = new Stack<(ThreadNode? Node, bool Opens)>();
        left.Push((thread, true));
        while (left.TryPop(out var next))
        {
            if (next.Node is not { } node)
            {
                writer.Put(")"u8);
                continue;
            }
            if (next.Opens)
            {
                writer.Put("("u8);
                left.Push((null, false));
            }
            if (node.Uid != 0)
            {
                if (!next.Opens)
                    writer.Put(" "u8);
                writer.Put(Uids ? node.Uid : (uint)view.IndexOf(node.Uid) + 1);
            }
            if (node.Children.Count > 1 && node.Uid != 0)
                writer.Put(" "u8);
            for (var i = node.Children.Count - 1; i >= 0; i--)
                left.Push((node.Children[i], node.Children.Count > 1));
            await writer.FlushIfFullAsync();
        }
    }

    static IImapCommand Parse(ref ImapReader args, bool uids)
    {
        args.ExpectSP();
        var algorithm =
            args.Label("ORDEREDSUBJECT"u8) ? ThreadAlgorithm.OrderedSubject
            : args.Label("REFERENCES"u8) ? ThreadAlgorithm.References
            : args.Label("REFS"u8) ? ThreadAlgorithm.Refs
            : throw args.Expected("a threading algorithm");
        args.ExpectSP();
        return new Thread(algorithm, SearchQuery.ParseCriteria(ref args, SearchReturn.None), uids);
    }
}
