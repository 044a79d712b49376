using System.Text;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Commands;

/// <summary>GETACL: who may do what, the owner first. RFC 4314 §3.3, §3.6.</summary>
sealed record GetAcl(string Name) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        args.ExpectSP();
        var name = args.ExpectMailbox();
        args.ExpectEnd();
        return new GetAcl(name);
    }

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        var (found, refused) = await Rights.FindAsync(session, Name, cancel);
        if (found is null)
            return refused;
        var acl = await session.Gateway.ShowAclAsync(found.Account, found.Mailbox.Id, cancel);
        if (!acl.IsOk)
            return Reply.From(acl.Refusal, acl.Reason);
        var writer = session.Writer;
        writer.Put("* ACL "u8);
        writer.Mailbox(found.Name);
        Write(writer, found.Owner, MailboxRights.All);
        foreach (var entry in acl.Value.Entries)
            Write(writer, entry.Identifier, entry.Rights);
        writer.Crlf();
        return Reply.Ok("Done");
    }

    static void Write(ImapWriter writer, string identifier, MailboxRights rights)
    {
        writer.Put(" "u8);
        writer.AString(Encoding.UTF8.GetBytes(identifier));
        writer.Put(" "u8);
        writer.Put(rights.ToImap());
    }
}
