using System.Text;
using Cloud.Api.Gateway;
using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Messages;
using Cloud.Store.Search;

namespace Cloud.Listener.Imap.Commands;

/// <summary>What STATUS tells of a mailbox (RFC 3501 §6.3.10; SIZE by RFC 8438, APPENDLIMIT by RFC 7889, HIGHESTMODSEQ by RFC 7162 §3.1.7,
/// MAILBOXID by RFC 8474 §4.3, DELETED-STORAGE by RFC 9208 §4.1.4).</summary>
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
        "DELETED-STORAGE",
        "SIZE",
        "APPENDLIMIT",
        "HIGHESTMODSEQ",
        "MAILBOXID",
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

    public async ValueTask WriteAsync(ImapSession session, FoundMailbox found, CancellationToken cancel)
    {
        if (Names.Contains("HIGHESTMODSEQ"))
            session.UseModSeqs();
        await WriteUnaskedAsync(session, found, cancel);
    }

    /// <summary>A response that NOTIFY brings: nobody has asked for mod-sequences by it.</summary>
    public async ValueTask WriteUnaskedAsync(ImapSession session, FoundMailbox found, CancellationToken cancel) =>
        (await ReadAsync(session, found, cancel)).Write(session);

    /// <summary>What such a response says; nothing is written yet.</summary>
    public async ValueTask<StatusLine> ReadAsync(ImapSession session, FoundMailbox found, CancellationToken cancel)
    {
        found = await MarkedAsync(session, found, cancel);
        var recent = Names.Contains("RECENT") ? await CountRecentAsync(session, found, cancel) : 0;
        var storage = Names.Contains("DELETED-STORAGE") ? await CountDeletedAsync(session, found, cancel) : 0;
        return new(Names, found, recent, storage);
    }

    /// <summary>What a reader of another's mailbox has seen of it is not kept as a number.</summary>
    async ValueTask<FoundMailbox> MarkedAsync(ImapSession session, FoundMailbox found, CancellationToken cancel)
    {
        var unseen = Names.Contains("UNSEEN");
        if (found.Account.By is null || (!unseen && !Names.Contains("HIGHESTMODSEQ")))
            return found;
        if (await session.Gateway.CountAsync(found.Account, found.Mailbox.Id, unseen, cancel) is not { } now)
            return found;
        return found with { Mailbox = found.Mailbox with { Unseen = now.Unseen, HighestModSeq = now.HighestModSeq } };
    }

    /// <summary>Those given out since the last claim that are still there.</summary>
    static async ValueTask<long> CountRecentAsync(ImapSession session, FoundMailbox found, CancellationToken cancel)
    {
        var mailbox = found.Mailbox;
        if (mailbox.FirstRecent >= mailbox.UidNext || mailbox.Messages == 0)
            return 0;
        if (mailbox.FirstRecent == 1)
            return mailbox.Messages;
        var unclaimed = UidSet.Of([(mailbox.FirstRecent, mailbox.UidNext - 1)]);
        var request = new SearchRequest(found.Account, mailbox.Id, unclaimed, new SearchKey.All());
        var left = await session.Gateway.SearchAsync(request, cancel);
        return left.IsOk ? (long)left.Value.Count : 0; // Or the mailbox has just gone.
    }

    /// <summary>Octets of those that carry \Deleted. Nobody counts them, so the mailbox is read where it has some.</summary>
    static async ValueTask<long> CountDeletedAsync(ImapSession session, FoundMailbox found, CancellationToken cancel)
    {
        var mailbox = found.Mailbox;
        if (mailbox.Deleted == 0)
            return 0;
        var view = await session.Gateway.OpenAsync(found.Account, mailbox.Id, claimRecent: false, cancel);
        return view?.Entries.Where(entry => entry.Flags.HasFlag(MessageFlags.Deleted)).Sum(entry => entry.Size) ?? 0;
    }
}
