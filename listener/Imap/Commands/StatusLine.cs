using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>A STATUS response (RFC 9051 §7.3.4), all that it says read.</summary>
/// <param name="Names">What it tells, in this order.</param>
/// <param name="Recent">Messages; 0 where nobody asks.</param>
/// <param name="DeletedStorage">Octets; 0 where nobody asks.</param>
sealed record StatusLine(IReadOnlyList<string> Names, FoundMailbox Found, long Recent, long DeletedStorage)
{
    public void Write(ImapSession session)
    {
        var writer = session.Writer;
        writer.Put("* STATUS "u8);
        writer.Mailbox(Found.Name);
        for (var i = 0; i < Names.Count; i++)
        {
            writer.Put(i == 0 ? " ("u8 : " "u8);
            writer.Put(Names[i]);
            writer.Put(" "u8);
            if (Names[i] == "MAILBOXID")
                writer.Put($"({ObjectIds.Of(Found.Account.Id, Found.Mailbox.Id)})");
            else
                writer.Put((ulong)Value(Names[i], session.Options));
        }
        writer.Put(")"u8);
        writer.Crlf();
    }

    long Value(string name, ImapOptions options) =>
        name switch
        {
            "MESSAGES" => Found.Mailbox.Messages,
            "RECENT" => Recent,
            "UIDNEXT" => Found.Mailbox.UidNext,
            "UIDVALIDITY" => Found.Mailbox.UidValidity,
            "UNSEEN" => Found.Mailbox.Unseen,
            "DELETED" => Found.Mailbox.Deleted,
            "DELETED-STORAGE" => DeletedStorage,
            "SIZE" => Found.Mailbox.Octets,
            "HIGHESTMODSEQ" => (long)Found.Mailbox.HighestModSeq,
            _ => options.MaxMessage,
        };
}
