using Cloud.Listener.Imap.Notify;
using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>NOTIFY: what the client wants to be told, and when: at once. RFC 5465 §3.1.</summary>
/// <param name="Status">The client wants to know first how the mailboxes stand.</param>
sealed record Notify(NotifyWishes Wishes, bool Status) : IImapCommand
{
    static readonly Reply BadEvent = Reply.No($"BADEVENT ({EventGroup.Offered})", "That event is not offered");
    static readonly Reply TooMuch = Reply.No("NOTIFICATIONOVERFLOW", "Too many mailboxes or users are named");

    public static IImapCommand Parse(ref ImapReader args)
    {
        args.ExpectSP();
        if (args.Label("NONE"u8))
        {
            args.ExpectEnd();
            return new Notify(NotifyWishes.None, Status: false);
        }
        if (!args.Label("SET"u8))
            throw args.Expected("SET or NONE");
        args.ExpectSP();
        var status = args.Label("STATUS"u8);
        if (status)
            args.ExpectSP();
        var groups = new List<EventGroup>();
        do
        {
            if (groups.Count == ImapLimits.ListItems)
                throw new SyntaxException($"At most {ImapLimits.ListItems} groups");
            groups.Add(EventGroup.Parse(ref args));
        } while (args.SP());
        args.ExpectEnd();
        if (groups.Count(group => group.Filter.IsSelected) > 1)
            throw new SyntaxException("The selected mailbox stands once"); // §6.1
        return new Notify(new(groups), status);
    }

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        if (Wishes.Groups.Any(group => group.Wants(NotifyEvents.Unknown)))
            return BadEvent;
        if (Wishes.Groups.Sum(group => group.Filter.Names.Count) > ImapLimits.NotifiedNames)
            return TooMuch;
        // SET implies a NOOP, which tells all that has gathered.
        if (Wishes.Groups.Count > 0 && !await session.SyncAsync(always: true, Telling.All, cancel))
            return Reply.MailboxGone;
        return await session.Notifications.SetAsync(Wishes, Status, cancel) ? Reply.Ok("Done") : TooMuch;
    }
}
