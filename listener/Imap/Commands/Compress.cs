using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>COMPRESS: both sides deflate what they send from the answer on. RFC 4978 §3.</summary>
/// <remarks>TLS never compresses here, so the two cannot meet.</remarks>
sealed record Compress : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        args.ExpectSP();
        if (!args.Label("DEFLATE"u8))
            throw args.Expected("DEFLATE");
        args.ExpectEnd();
        return new Compress();
    }

    public ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        if (session.Connection.IsCompressed)
            return new(Reply.No("COMPRESSIONACTIVE", "DEFLATE is on already"));
        // The client must wait for the answer: what came before it would be taken for deflate.
        if (session.Input.HasUnread)
            return new(Reply.Bad("Nothing may follow COMPRESS before its answer"));

        session.CompressAfterReply();
        return new(Reply.Ok("DEFLATE begins now"));
    }
}
