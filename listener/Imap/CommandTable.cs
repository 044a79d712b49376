using System.Collections.Frozen;
using System.Text;
using Cloud.Listener.Imap.Commands;
using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap;

/// <summary>States of a session (RFC 9051 §3).</summary>
[Flags]
enum SessionState
{
    NotAuthenticated = 1,
    Authenticated = 2,
    Selected = 4,

    LoggedIn = Authenticated | Selected,
    Any = NotAuthenticated | LoggedIn,
}

/// <summary>What a command does to things beyond itself.</summary>
[Flags]
enum Effects
{
    None = 0,

    /// <summary>It speaks in sequence numbers: no EXPUNGE may be sent while it runs (RFC 9051 §7.5.1).</summary>
    HoldsExpunges = 1,

    /// <summary>A literal behind its mailbox is a message: it is read as it comes, not gathered.</summary>
    StreamsLiteral = 2,

    /// <summary>It names messages by sequence numbers, or answers with them (RFC 9586 §3).</summary>
    SpeaksNumbers = 4,

    /// <summary>A message's number stands before its mailbox.</summary>
    NamesMessage = 8,

    /// <summary>It removes messages, and answers by telling so, whatever the client wants to be notified of.</summary>
    Removes = 16,

    /// <summary>Both sides speak in sequence numbers.</summary>
    Numbered = HoldsExpunges | SpeaksNumbers,
}

/// <summary>A parsed command: a value that can be run.</summary>
interface IImapCommand
{
    /// <summary>It speaks in sequence numbers although its name does not say so: no EXPUNGE may be sent while it runs.</summary>
    bool SpeaksNumbers => false;

    /// <exception cref="SyntaxException">What could only be seen to make no sense in this session.</exception>
    /// <exception cref="Store.Ports.StoreException">A fault of ours.</exception>
    ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel);
}

/// <summary>Reads a command's arguments to their end; the reader stands right behind its name.</summary>
delegate IImapCommand CommandParser(ref ImapReader args);

/// <summary>A command: its name, its grammar, the states that allow it, its effects.</summary>
sealed record CommandRow(string Name, CommandParser Parse, SessionState In, Effects Effects = Effects.None);

static class CommandTable
{
    const Effects Replacing = Effects.StreamsLiteral | Effects.NamesMessage | Effects.Removes;

    static readonly FrozenDictionary<string, CommandRow> Rows = new CommandRow[]
    {
        new("CAPABILITY", Capability.Parse, SessionState.Any),
        new("NOOP", Noop.Parse, SessionState.Any),
        new("LOGOUT", Logout.Parse, SessionState.Any),
        new("ID", Id.Parse, SessionState.Any),
        new("STARTTLS", StartTls.Parse, SessionState.NotAuthenticated),
        new("LOGIN", Login.Parse, SessionState.NotAuthenticated),
        new("AUTHENTICATE", Authenticate.Parse, SessionState.NotAuthenticated),
        new("ENABLE", Enable.Parse, SessionState.Authenticated),
        new("COMPRESS", Compress.Parse, SessionState.LoggedIn),
        new("UNAUTHENTICATE", Unauthenticate.Parse, SessionState.LoggedIn),
        new("SELECT", Select.Parse, SessionState.LoggedIn),
        new("EXAMINE", Select.ParseExamine, SessionState.LoggedIn),
        new("CREATE", Create.Parse, SessionState.LoggedIn),
        new("DELETE", Delete.Parse, SessionState.LoggedIn),
        new("RENAME", Rename.Parse, SessionState.LoggedIn),
        new("SUBSCRIBE", Subscribe.Parse, SessionState.LoggedIn),
        new("UNSUBSCRIBE", Subscribe.ParseUnsubscribe, SessionState.LoggedIn),
        new("LIST", List.Parse, SessionState.LoggedIn),
        new("LSUB", Lsub.Parse, SessionState.LoggedIn),
        new("NAMESPACE", Namespace.Parse, SessionState.LoggedIn),
        new("STATUS", Status.Parse, SessionState.LoggedIn),
        new("SETACL", SetAcl.Parse, SessionState.LoggedIn),
        new("DELETEACL", SetAcl.ParseDelete, SessionState.LoggedIn),
        new("GETACL", GetAcl.Parse, SessionState.LoggedIn),
        new("LISTRIGHTS", ListRights.Parse, SessionState.LoggedIn),
        new("MYRIGHTS", MyRights.Parse, SessionState.LoggedIn),
        new("GETQUOTA", GetQuota.Parse, SessionState.LoggedIn),
        new("GETQUOTAROOT", GetQuotaRoot.Parse, SessionState.LoggedIn),
        new("GETMETADATA", GetMetadata.Parse, SessionState.LoggedIn),
        new("SETMETADATA", SetMetadata.Parse, SessionState.LoggedIn),
        new("APPEND", Append.Parse, SessionState.LoggedIn, Effects.StreamsLiteral),
        new("ESEARCH", Esearch.Parse, SessionState.LoggedIn),
        new("NOTIFY", Commands.Notify.Parse, SessionState.LoggedIn),
        new("IDLE", Idle.Parse, SessionState.LoggedIn),
        new("CANCELUPDATE", CancelUpdate.Parse, SessionState.Selected),
        new("CHECK", Noop.Parse, SessionState.Selected),
        new("CLOSE", Close.Parse, SessionState.Selected),
        new("UNSELECT", Unselect.Parse, SessionState.Selected),
        new("EXPUNGE", Expunge.Parse, SessionState.Selected, Effects.Removes),
        new("UID EXPUNGE", Expunge.ParseUid, SessionState.Selected, Effects.Removes),
        new("SEARCH", Commands.Search.Parse, SessionState.Selected, Effects.Numbered),
        new("UID SEARCH", Commands.Search.ParseUid, SessionState.Selected),
        new("SORT", Sort.Parse, SessionState.Selected, Effects.Numbered),
        new("UID SORT", Sort.ParseUid, SessionState.Selected),
        new("THREAD", Commands.Thread.Parse, SessionState.Selected, Effects.Numbered),
        new("UID THREAD", Commands.Thread.ParseUid, SessionState.Selected),
        new("FETCH", Commands.Fetch.Parse, SessionState.Selected, Effects.Numbered),
        new("UID FETCH", Commands.Fetch.ParseUid, SessionState.Selected),
        new("STORE", Commands.Store.Parse, SessionState.Selected, Effects.Numbered),
        new("UID STORE", Commands.Store.ParseUid, SessionState.Selected),
        new("COPY", Copy.Parse, SessionState.Selected, Effects.SpeaksNumbers),
        new("UID COPY", Copy.ParseUid, SessionState.Selected),
        new("MOVE", Move.Parse, SessionState.Selected, Effects.SpeaksNumbers | Effects.Removes),
        new("REPLACE", Replace.Parse, SessionState.Selected, Replacing | Effects.SpeaksNumbers),
        new("UID REPLACE", Replace.ParseUid, SessionState.Selected, Replacing),
        new("UIDBATCHES", UidBatches.Parse, SessionState.Selected),
        new("UID MOVE", Move.ParseUid, SessionState.Selected, Effects.Removes),
    }.ToFrozenDictionary(row => row.Name, StringComparer.OrdinalIgnoreCase);

    static readonly FrozenDictionary<string, CommandRow>.AlternateLookup<ReadOnlySpan<char>> ByName =
        Rows.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Letters of a word of a name; the longest, UNAUTHENTICATE, has 14.</summary>
    const int MaxName = 32;

    /// <summary>A command's tag; null when it has none to answer with.</summary>
    public static string? TagOf(ReadOnlySpan<byte> text)
    {
        var reader = new ImapReader(text);
        return reader.Tag(out var tag) && reader.SP() ? Encoding.ASCII.GetString(tag) : null;
    }

    /// <summary>True when a literal that follows <paramref name="text"/> is a message to be streamed.</summary>
    public static bool StreamsLiteral(ReadOnlySpan<byte> text)
    {
        var reader = new ImapReader(text);
        return reader.Tag(out _)
            && reader.SP()
            && Find(ref reader) is { } row
            && row.Effects.HasFlag(Effects.StreamsLiteral)
            && reader.SP()
            && (!row.Effects.HasFlag(Effects.NamesMessage) || PassesNumber(ref reader))
            && !reader.AtEnd;
    }

    /// <summary>Why a command's literal is too long, in its own words where it has any.</summary>
    public static Reply TooLong(ReadOnlySpan<byte> text)
    {
        var reader = new ImapReader(text);
        var isMetadata = reader.Tag(out _) && reader.SP() && Find(ref reader)?.Name == "SETMETADATA";
        return isMetadata ? SetMetadata.TooLong : Reply.No("TOOBIG", "The literal is too long");
    }

    static bool PassesNumber(ref ImapReader reader) => (reader.Char('*') || reader.Number(out _)) && reader.SP();

    /// <summary>Reads a command's name, two words for the UID ones.</summary>
    /// <returns>Null when there is no such command.</returns>
    public static CommandRow? Find(ref ImapReader reader)
    {
        if (!reader.Atom(out var word) || word.Length > MaxName)
            return null;
        Span<char> name = stackalloc char[2 * MaxName + 1];
        var length = Encoding.ASCII.GetChars(word, name);
        if (Ascii.EqualsIgnoreCase(word, "UID"u8))
        {
            if (!reader.SP() || !reader.Atom(out var second) || second.Length > MaxName)
                return null;
            name[length++] = ' ';
            length += Encoding.ASCII.GetChars(second, name[length..]);
        }
        return ByName.TryGetValue(name[..length], out var row) ? row : null;
    }
}
