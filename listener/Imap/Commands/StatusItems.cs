using System.Text;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Commands;

/// <summary>What STATUS tells of a mailbox (RFC 3501 §6.3.10; SIZE by RFC 8438, APPENDLIMIT by RFC 7889).</summary>
sealed record StatusItems(IReadOnlyList<string> Names)
{
    static readonly string[] Known =
    [
        "MESSAGES",
        "RECENT",
        "UIDNEXT",
        "UIDVALIDITY",
        "UNSEEN",
        "DELETED",
        "SIZE",
        "APPENDLIMIT",
    ];

    /// <summary><c>"(" status-att *(SP status-att) ")"</c>.</summary>
    public static StatusItems Parse(ref ImapReader reader)
    {
        var names = new List<string>();
        reader.ExpectChar('(');
        do
        {
            var name = reader.Label(out var label) ? Encoding.ASCII.GetString(label).ToUpperInvariant() : "";
            if (!Known.Contains(name))
                throw new SyntaxException("There is no such status item");
            if (!names.Contains(name))
                names.Add(name);
        } while (reader.SP());
        reader.ExpectChar(')');
        return new StatusItems(names);
    }

    public void Write(ImapSession session, Mailbox mailbox)
    {
        var writer = session.Writer;
        writer.Put("* STATUS "u8);
        writer.Mailbox(mailbox.Name);
        for (var i = 0; i < Names.Count; i++)
        {
            writer.Put(i == 0 ? " ("u8 : " "u8);
            writer.Put(Names[i]);
            writer.Put(" "u8);
            writer.Put((ulong)Value(Names[i], mailbox, session.Options));
        }
        writer.Put(")"u8);
        writer.Crlf();
    }

    static long Value(string name, Mailbox mailbox, ImapOptions options) =>
        name switch
        {
            "MESSAGES" => mailbox.Messages,
            // Those given out since the last claim; at most what is left of them.
            "RECENT" => Math.Min(mailbox.UidNext - mailbox.FirstRecent, (uint)mailbox.Messages),
            "UIDNEXT" => mailbox.UidNext,
            "UIDVALIDITY" => mailbox.UidValidity,
            "UNSEEN" => mailbox.Unseen,
            "DELETED" => mailbox.Deleted,
            "SIZE" => mailbox.Octets,
            _ => options.MaxMessage,
        };
}
