using System.Text;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Commands;

/// <summary>LISTRIGHTS: which rights somebody can be given. RFC 4314 §3.4, §3.7.</summary>
/// <remarks>The owner has all and keeps them; to others each right is given by itself.</remarks>
sealed record ListRights(string Name, string Identifier) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        var (name, identifier) = SetAcl.ExpectEntry(ref args);
        args.ExpectEnd();
        return new ListRights(name, identifier);
    }

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        var (found, refused) = await Rights.FindAsync(session, Name, cancel);
        if (found is null)
            return refused;
        var all = MailboxRights.All.ToImap();
        var isOwner = Identifier.Equals(found.Owner, StringComparison.OrdinalIgnoreCase);
        var writer = session.Writer;
        writer.Put("* LISTRIGHTS "u8);
        writer.Mailbox(found.Name);
        writer.Put(" "u8);
        writer.AString(Encoding.UTF8.GetBytes(Identifier));
        writer.Put(isOwner ? $" {all}" : $" \"\" {string.Join(' ', all.ToCharArray())}");
        writer.Crlf();
        return Reply.Ok("Done");
    }
}
