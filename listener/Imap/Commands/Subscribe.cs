using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>SUBSCRIBE, to mailboxes that exist, and UNSUBSCRIBE. RFC 9051 §6.3.7, §6.3.8.</summary>
sealed record Subscribe(string Name, bool Subscribed) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args) => Parse(ref args, subscribed: true);

    public static IImapCommand ParseUnsubscribe(ref ImapReader args) => Parse(ref args, subscribed: false);

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        if (await session.FindMailboxAsync(Name, cancel) is not { } mailbox)
            return Subscribed ? Reply.NoSuchMailbox : await UnsubscribeAsync(session, cancel);
        var done = await session.Gateway.SubscribeAsync(mailbox.Account, mailbox.Mailbox.Id, Subscribed, cancel);
        if (!done.IsOk)
            return Reply.From(done.Refusal, done.Reason);
        session.Notifications.Known?.Subscribed(mailbox.Key, Subscribed);
        return Reply.Ok("Done");
    }

    /// <summary>From what is not there, or may not be looked at any more: the name goes (RFC 9051 §6.3.8).</summary>
    async ValueTask<Reply> UnsubscribeAsync(ImapSession session, CancellationToken cancel)
    {
        if (OthersName.TryParse(Name) is { Path.Length: > 0 } other)
            await session.Gateway.UnsubscribeAsync(session.Reader, other.Address, other.Path, cancel);
        return Reply.Ok("It is not there at all"); // Clients say so after DELETE.
    }

    static IImapCommand Parse(ref ImapReader args, bool subscribed)
    {
        args.ExpectSP();
        var name = args.ExpectMailbox();
        args.ExpectEnd();
        return new Subscribe(name, subscribed);
    }
}
