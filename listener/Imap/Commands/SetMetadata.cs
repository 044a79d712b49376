using Cloud.Api.Gateway;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Commands;

/// <summary>SETMETADATA. RFC 5464 §4.3.</summary>
/// <param name="Name">Empty for the server.</param>
sealed record SetMetadata(string Name, IReadOnlyList<MetadataEntry> Entries) : IImapCommand
{
    public static readonly Reply TooLong = Reply.No(
        $"METADATA MAXSIZE {MetadataLimits.ValueBytes}",
        "The value is too long"
    );

    public static IImapCommand Parse(ref ImapReader args)
    {
        args.ExpectSP();
        var name = args.ExpectMailbox();
        args.ExpectSP();
        var entries = args.ExpectEntryValues();
        args.ExpectEnd();
        return new SetMetadata(name, entries);
    }

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        var (id, refused) = await AnnotatedMailbox.FindAsync(session, Name, cancel);
        if (refused is { } why)
            return why;
        var done = await session.Gateway.SetMetadataAsync(new(session.Account, id, Entries), cancel);
        if (done.IsOk)
        {
            if (done.Value.Revision == 0)
                return Reply.Ok("It was so already");
            if (session.Selected is { Found.IsOwn: true } selected)
                selected.Took(done.Value.Revision);
            session.Notifications.Known?.Annotated(done.Value.Revision);
            return Reply.Ok("Done");
        }
        return done.Refusal == Refusal.OverLimit
            ? Reply.No("METADATA TOOMANY", done.Reason)
            : Reply.From(done.Refusal, done.Reason);
    }
}
