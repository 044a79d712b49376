using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;

namespace Cloud.Listener.Imap.Commands;

/// <summary>SELECT and EXAMINE. RFC 3501 §6.3.1, §6.3.2; RFC 9051 §6.3.2, §6.3.3.</summary>
sealed record Select(MailboxName Name, bool ReadOnly, SelectParameters Parameters) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args) => Parse(ref args, readOnly: false);

    public static IImapCommand ParseExamine(ref ImapReader args) => Parse(ref args, readOnly: true);

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        if (Parameters.Resync is not null && !session.Dialect.QResync)
            throw new SyntaxException("QRESYNC has to be enabled first"); // RFC 7162 §3.2.5
        if (Parameters.Resync?.Match is not null && session.Dialect.UidOnly)
            return Reply.UidRequired; // RFC 9586 §3
        if (session.Selected is not null)
            session.Writer.Put("*", Reply.Ok("The other one is closed", "CLOSED")); // RFC 7162 §3.2.11
        session.Deselect(); // Whatever comes of it: RFC 3501 §6.3.1.
        if (await session.FindMailboxAsync(Name.Canonical, cancel) is not { } found)
            return Reply.NoSuchMailbox;
        if (found.Refuse(MailboxRights.Read) is { } refused)
            return refused;
        var claimRecent = !ReadOnly && !session.Dialect.Revision2;
        var mailboxes = session.Services.Mailboxes;
        if (
            await mailboxes.OpenAsync(session.Gateway, found.Account, found.Mailbox.Id, claimRecent, cancel)
            is not var (opened, shared)
        )
            return Reply.NoSuchMailbox;

        if (Parameters.Condstore)
            session.UseModSeqs();
        var selected = new SelectedMailbox(session, found, opened, shared, ReadOnly);
        session.SelectMailbox(selected);
        Describe(session, selected);
        if (session.Dialect.Revision2)
            session.Writer.List(selected.Mailbox, found.HasChildren, oldName: Name.Differs ? Name.Sent : null);
        if (Parameters.Resync is { } known)
            await Resynchronisation.RunAsync(session, known, cancel);
        // RFC 4314 §5.2: what a reader has seen is nobody else's business, so the right to say so does not count.
        var isReadOnly = ReadOnly || (opened.Mailbox.Rights & Changing) == 0;
        return isReadOnly ? Reply.Ok("Open for reading", "READ-ONLY") : Reply.Ok("Open", "READ-WRITE");
    }

    const MailboxRights Changing =
        MailboxRights.Insert | MailboxRights.Expunge | MailboxRights.Write | MailboxRights.Remove;

    static IImapCommand Parse(ref ImapReader args, bool readOnly)
    {
        args.ExpectSP();
        var name = args.ExpectMailboxName();
        var parameters = args.SP() ? SelectParameters.Parse(ref args) : SelectParameters.None;
        args.ExpectEnd();
        return new Select(name, readOnly, parameters);
    }

    static void Describe(ImapSession session, SelectedMailbox selected)
    {
        var (writer, mailbox, view) = (session.Writer, selected.Mailbox, selected.View);
        writer.ApplicableFlags(mailbox, selected.ReadOnly);
        writer.Line(view.Count, "EXISTS"u8);
        if (!session.Dialect.Revision2)
            DescribeToRevision1(session, view);
        writer.Put("*", Reply.Ok("UIDs are valid", $"UIDVALIDITY {mailbox.UidValidity}"));
        writer.Put("*", Reply.Ok("The next UID", $"UIDNEXT {mailbox.UidNext}"));
        writer.Put("*", Reply.Ok("The mailbox's id", $"MAILBOXID ({ObjectIds.Of(selected.Account.Id, mailbox.Id)})")); // RFC 8474 §4.2
        if (session.Dialect.Condstore)
            writer.HighestModSeq(selected.KnownModSeq);
    }

    /// <summary>What RFC 9051 appendix E (11, 12) leaves out.</summary>
    static void DescribeToRevision1(ImapSession session, SequenceView view)
    {
        var writer = session.Writer;
        writer.Line(view.Recent, "RECENT"u8);
        if (session.Dialect.UidOnly)
            return; // UNSEEN is a sequence number: RFC 9586 §3.
        for (var i = 0; i < view.Count; i++)
        {
            if (view.Flags(i).HasFlag(MessageFlags.Seen))
                continue;
            writer.Put("*", Reply.Ok("The first that is not seen", $"UNSEEN {i + 1}"));
            break;
        }
    }
}
