using Cloud.Api.Gateway;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Commands;

/// <summary>SETACL, and DELETEACL, which leaves an identifier without rights. RFC 4314 §3.1, §3.2.</summary>
sealed record SetAcl(string Name, string Identifier, FlagAction Action, MailboxRights Granted) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        var (name, identifier) = ExpectEntry(ref args);
        args.ExpectSP();
        var text = args.ExpectText("rights");
        args.ExpectEnd();
        var action =
            text.StartsWith('+') ? FlagAction.Add
            : text.StartsWith('-') ? FlagAction.Remove
            : FlagAction.Replace;
        var letters = action == FlagAction.Replace ? text : text[1..];
        var rights = RightsText.Parse(letters) ?? throw new SyntaxException("There is no such right");
        return new SetAcl(name, identifier, action, rights);
    }

    public static IImapCommand ParseDelete(ref ImapReader args)
    {
        var (name, identifier) = ExpectEntry(ref args);
        args.ExpectEnd();
        return new SetAcl(name, identifier, FlagAction.Replace, MailboxRights.None);
    }

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        var (found, refused) = await Rights.FindAsync(session, Name, cancel);
        if (found is null)
            return refused;
        var request = new ChangeAclRequest(found.Account, found.Owner, found.Mailbox.Id, Identifier, Action, Granted);
        var done = await session.Gateway.ChangeAclAsync(request, cancel);
        return done.IsOk ? Reply.Ok("Done") : Rights.Refused(done);
    }

    public static (string Name, string Identifier) ExpectEntry(ref ImapReader args)
    {
        args.ExpectSP();
        var name = args.ExpectMailbox();
        args.ExpectSP();
        var identifier = args.ExpectText("an identifier");
        return identifier.Length > 0 ? (name, identifier) : throw args.Expected("an identifier"); // RFC 4314 §3
    }
}
