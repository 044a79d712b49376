using System.Text;
using Cloud.Api.Gateway;
using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Commands;

/// <summary>CREATE, with a special use or without. RFC 9051 §6.3.4, RFC 6154 §3.</summary>
/// <param name="Role">Null for a use that is not offered.</param>
sealed record Create(MailboxName Name, MailboxRole? Role) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        args.ExpectSP();
        var name = args.ExpectMailboxName();
        MailboxRole? role = args.SP() ? ExpectUse(ref args) : MailboxRole.None;
        args.ExpectEnd();
        return new Create(name.WithoutSeparator(), role);
    }

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        if (Role is not { } role)
            return Reply.No("USEATTR", "That special use is not offered");
        var (account, owner) = ((Access)session.Account, session.Login);
        var (name, shown) = (Name.Canonical, Name.Canonical);
        if (MailboxNamespaces.IsReserved(Name.Canonical))
        {
            if (OthersName.TryParse(Name.Canonical) is not { Path.Length: > 0 } other)
                return Reply.OthersTree;
            if (await NamespaceView.FindAsync(session, other, cancel) is not { } shared)
                return Reply.NoPermission;
            (account, owner) = (new(shared.Account, session.Reader), shared.Address);
            (name, shown) = (other.Path, other.ToString());
        }
        var created = await session.Gateway.CreateMailboxAsync(account, name, role, cancel);
        if (created.Refusal == Refusal.CannotBe && role != MailboxRole.None)
            return Reply.No("USEATTR", created.Reason); // RFC 6154 §3: of that use there is one already.
        if (!created.IsOk)
            return Reply.From(created.Refusal, created.Reason);
        var made = new FoundMailbox(account, owner, created.Value with { Name = shown }, HasChildren: false);
        session.Notifications.Known?.Created(made);
        if (session.Dialect.Revision2 && Name.Differs)
            session.Writer.List(created.Value with { Name = Name.Canonical }, hasChildren: false, oldName: Name.Sent); // RFC 9051 §6.3.4
        return Reply.Ok("Created", $"MAILBOXID ({ObjectIds.Of(account.Id, created.Value.Id)})"); // RFC 8474 §4.1
    }

    /// <summary><c>"(" "USE" SP "(" [use-attr *(SP use-attr)] ")" ")"</c>.</summary>
    static MailboxRole? ExpectUse(ref ImapReader args)
    {
        args.ExpectChar('(');
        if (!args.Label("USE"u8))
            throw args.Expected("USE");
        args.ExpectSP();
        args.ExpectChar('(');
        MailboxRole? role = MailboxRole.None;
        for (var first = true; !args.Char(')'); first = false)
        {
            if (!first)
                args.ExpectSP();
            args.ExpectChar('\\');
            var attribute = Encoding.ASCII.GetString(args.ExpectAtom("a special use"));
            role = first ? SpecialUse.Role(attribute) : null; // One mailbox, one use.
        }
        args.ExpectChar(')');
        return role;
    }
}
