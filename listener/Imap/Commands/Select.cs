using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Messages;

namespace Cloud.Listener.Imap.Commands;

/// <summary>SELECT and EXAMINE. RFC 3501 §6.3.1, §6.3.2.</summary>
sealed record Select(string Name, bool ReadOnly) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args) => Parse(ref args, readOnly: false);

    public static IImapCommand ParseExamine(ref ImapReader args) => Parse(ref args, readOnly: true);

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        session.Deselect(); // Whatever comes of it: RFC 3501 §6.3.1.
        if (await session.FindMailboxAsync(Name, cancel) is not { } mailbox)
            return Reply.NoSuchMailbox;
        if (
            await session.Gateway.OpenAsync(session.Account, mailbox.Id, claimRecent: !ReadOnly, cancel)
            is not { } opened
        )
            return Reply.NoSuchMailbox;

        var connection = session.Connection;
        var selected = new SelectedMailbox(session.Gateway, session.Account, opened, ReadOnly, connection.Wake);
        session.SelectMailbox(selected);
        Describe(session.Writer, selected);
        return ReadOnly ? Reply.Ok("Open for reading", "READ-ONLY") : Reply.Ok("Open", "READ-WRITE");
    }

    static IImapCommand Parse(ref ImapReader args, bool readOnly)
    {
        args.ExpectSP();
        var name = args.ExpectMailbox();
        args.ExpectEnd();
        return new Select(name, readOnly);
    }

    static void Describe(ImapWriter writer, SelectedMailbox selected)
    {
        var (mailbox, view) = (selected.Mailbox, selected.View);
        writer.ApplicableFlags(mailbox, selected.ReadOnly);
        writer.Line(view.Count, "EXISTS"u8);
        writer.Line(view.Recent, "RECENT"u8);
        for (var i = 0; i < view.Count; i++)
        {
            if (view.Flags(i).HasFlag(MessageFlags.Seen))
                continue;
            writer.Put("*", Reply.Ok("The first that is not seen", $"UNSEEN {i + 1}"));
            break;
        }
        writer.Put("*", Reply.Ok("UIDs are valid", $"UIDVALIDITY {mailbox.UidValidity}"));
        writer.Put("*", Reply.Ok("The next UID", $"UIDNEXT {mailbox.UidNext}"));
    }
}
