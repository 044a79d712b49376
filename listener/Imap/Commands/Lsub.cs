using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>LSUB: subscribed mailboxes. RFC 3501 §6.3.9.</summary>
sealed record Lsub(string Reference, string Pattern) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        args.ExpectSP();
        var reference = args.ExpectMailbox();
        args.ExpectSP();
        var pattern = args.ExpectListMailbox();
        args.ExpectEnd();
        return new Lsub(reference, pattern);
    }

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        var pattern = new MailboxPattern(Reference, Pattern);
        var visible = await NamespaceView.ListAsync(session, pattern.ReachesOthers, cancel);
        var all = visible.Mailboxes.Select(found => found.Mailbox).ToList();
        // A name that does not match is looked for again without its last levels.
        var names = all.SelectMany(mailbox => MailboxTree.Ancestors(mailbox.Name).Append(mailbox.Name));
        if (MailboxPattern.AreTooMuch([pattern], names))
            return Reply.PatternsTooLong;
        var told = new HashSet<string>(StringComparer.Ordinal);
        foreach (var mailbox in all.Where(mailbox => mailbox.Subscribed))
        {
            if (pattern.Matches(mailbox.Name))
            {
                Write(session.Writer, "", mailbox.Name);
                await session.Writer.FlushIfFullAsync();
                continue;
            }

            // A % that hides a subscribed name shows the nearest one above it instead (RFC 3501 §6.3.9).
            var above = MailboxTree.Ancestors(mailbox.Name).FirstOrDefault(pattern.Matches);
            if (above is not null && !all.Any(other => other.Subscribed && other.Name == above) && told.Add(above))
                Write(session.Writer, "\\Noselect", above);
        }
        return Reply.Ok("Done");
    }

    static void Write(ImapWriter writer, string attributes, string name)
    {
        writer.Put("* LSUB ("u8);
        writer.Put(attributes);
        writer.Put(") \"/\" "u8);
        writer.Mailbox(name);
        writer.Crlf();
    }
}
