using Cloud.Api.Gateway;
using Cloud.Listener.Imap.Appending;
using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;

namespace Cloud.Listener.Imap.Commands;

/// <summary>REPLACE and UID REPLACE: a message comes, another goes. RFC 8508 §3.</summary>
/// <param name="Replaced">One number.</param>
/// <param name="Steps">What the first line says of the message that comes.</param>
sealed record Replace(
    SequenceSet Replaced,
    bool Uids,
    MailboxName Name,
    AppendGrammar Grammar,
    IReadOnlyList<AppendStep> Steps
) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args) => Parse(ref args, uids: false);

    public static IImapCommand ParseUid(ref ImapReader args) => Parse(ref args, uids: true);

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        var selected = session.Selected!;
        var named = selected.Find(Replaced, Uids);
        if (selected.ReadOnly)
            return Reply.ReadOnly;
        if (named.IsEmpty)
            return Reply.No("NONEXISTENT", "There is no such message");
        if (await session.FindMailboxAsync(Name.Canonical, cancel) is not { } mailbox)
            return Reply.TryCreate;
        if (mailbox.Refuse(MailboxRights.Insert) is { } refused)
            return refused;
        // RFC 8508 §3.1: the one that goes is expunged.
        if ((selected.Mailbox.Rights & Removing) != Removing)
            return Reply.NoPermission;

        var replaced = named.ToUids(selected.View);
        await using var messages = new IncomingMessages(session, Grammar);
        if (await messages.ReceiveAsync(Steps, cancel) is { } fault)
            return fault;
        var appended = await messages.AppendAsync(mailbox, cancel);
        if (!appended.IsOk)
            return Append.Refused(appended.Refusal, appended.Reason);
        // Sent takes no second message of a name that it has just got: what was to go is all there is.
        if (selected.Is(mailbox) && replaced.Contains(appended.Value[0].Uid))
            return Reply.No("CANNOT", "It was sent just now; try again later");

        // A fault here leaves both messages: better than neither, as it may have gone well.
        var expunged = await session.Gateway.ExpungeAsync(selected.Account, selected.Id, replaced, false, cancel);
        if (!expunged.IsOk || expunged.Value.Uids.IsEmpty)
        {
            await messages.TakeOutAsync(mailbox, count: 1);
            selected.Touched();
            return Reply.MessagesGone;
        }
        await TellAsync(session, mailbox, appended.Value, expunged.Value, cancel);
        return await session.RemovedAsync("Replaced", cancel);
    }

    const MailboxRights Removing = MailboxRights.Remove | MailboxRights.Expunge;

    static IImapCommand Parse(ref ImapReader args, bool uids)
    {
        args.ExpectSP();
        var number = args.Char('*') ? SequenceSet.Star : args.ExpectNzNumber();
        args.ExpectSP();
        var name = args.ExpectMailboxName();
        var grammar = new AppendGrammar(messages: 1);
        return new Replace(new([(number, number)]), uids, name, grammar, grammar.Read(ref args));
    }

    /// <summary>APPENDUID goes before the expunge, so that the client knows what has come in its place (RFC 8508 §4.3).</summary>
    async ValueTask TellAsync(
        ImapSession session,
        FoundMailbox mailbox,
        IReadOnlyList<AppendResult> appended,
        ExpungeResult expunged,
        CancellationToken cancel
    )
    {
        if (Append.AppendUid(appended) is { } uids)
            session.Writer.Put("*", Reply.Ok("The replacement is there", uids));
        await Append.TellAsync(session, Name, mailbox, appended, cancel);
        session.Selected!.Took(expunged.Revision, expunged.Uids);
    }
}
