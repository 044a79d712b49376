using Cloud.Api.Gateway;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Commands;

/// <summary>GETMETADATA. RFC 5464 §4.2. What is asked for by name and not there is told as NIL.</summary>
/// <param name="Name">Empty for the server.</param>
sealed record GetMetadata(string Name, IReadOnlyList<string> Entries, MetadataOptions Options) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        args.ExpectSP();
        // The grammar has the options before the mailbox, the examples behind it.
        var options = new MetadataOptions();
        if (args.Peek('('))
        {
            options = MetadataOptions.Parse(ref args);
            args.ExpectSP();
        }
        var name = args.ExpectMailbox();
        args.ExpectSP();
        if (MetadataOptions.Begins(args))
        {
            options = MetadataOptions.Parse(ref args);
            args.ExpectSP();
        }
        var entries = args.ExpectEntries();
        args.ExpectEnd();
        return new GetMetadata(name, entries, options);
    }

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        var (id, refused) = await AnnotatedMailbox.FindAsync(session, Name, cancel);
        if (refused is { } why)
            return why;
        var request = new MetadataRequest(session.Account, id, Entries, Options.Depth, Options.MaxSize, null);
        if (await session.Gateway.GetMetadataAsync(request, cancel) is not { } answer)
            return Reply.NoSuchMailbox;
        // Of what is too long only the size is told.
        var isWhole = Options.Depth == 0 && answer.Longest == 0;
        session.Writer.Metadata(Name, isWhole ? WithMissing(Entries, answer.Entries) : answer.Entries);
        return answer.Longest == 0
            ? Reply.Ok("Done")
            : Reply.Ok("Some are longer", $"METADATA LONGENTRIES {answer.Longest}");
    }

    /// <summary>An entry for each name, in the order asked.</summary>
    public static IReadOnlyList<MetadataEntry> WithMissing(
        IReadOnlyList<string> names,
        IReadOnlyList<MetadataEntry> found
    ) => [.. names.Select(name => found.FirstOrDefault(entry => entry.Name == name) ?? new(name, null))];
}
