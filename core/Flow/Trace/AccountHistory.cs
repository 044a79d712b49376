using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Changes;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Flow.Trace;

/// <summary>What an account's log tells of one message: how it came, where it was put, and what was done to it.</summary>
/// <remarks>For people who ask, not for what is done by itself: it may read all of the log since the message came.</remarks>
sealed class AccountHistory(AccountStore accounts)
{
    /// <summary>Numbers that a message may have: its own, or one of the next when that was taken.</summary>
    const ulong Numbers = 4;

    /// <summary>The log is searched by halves for when a message came where it has more rows than this.</summary>
    const ulong Few = 256;

    /// <summary>
    /// Rows looked at where nobody says that the account had the message and no row of it is left: it came within the
    /// next of them, or late from the queue, and is not found.
    /// </summary>
    const int Glance = 500;

    /// <summary>Clocks of two machines may differ by so much.</summary>
    static readonly TimeSpan Skew = TimeSpan.FromMinutes(2);

    /// <param name="who">The account's address.</param>
    /// <param name="email">Its row, as <see cref="FindAsync"/> found it; null where the account has none (any more).</param>
    /// <param name="isThorough">Reads all of the log, also where the account seems not to have had the message.</param>
    /// <returns>Null where neither the log nor a row tells of the message.</returns>
    /// <exception cref="StoreException">The log cannot be read now.</exception>
    public async ValueTask<MessageHistory?> ReadAsync(
        string who,
        AccountId account,
        TransactionId id,
        Email? email,
        bool isThorough,
        CancellationToken cancel
    )
    {
        if (await accounts.CurrentAsync(account, cancel) is not { } state)
            return null;
        var first = await FirstAsync(account, state.Account, id.At - Skew, cancel);
        var story = new MessageStory(state, who, email?.Id ?? EmailId.From(id));
        var looked = 0;
        var log = ChangeRows.Range(account, first, state.Revision);
        await foreach (var row in accounts.Rows.ReadAsync(Tables.Mail, log, cancel))
        {
            var packed = ChangeRows.TraceOf(row.Data, id);
            story.Add(row, packed is null ? null : MessageTrace.Unpack(packed), ChangeRows.HasRemoved(row.Data, id));
            if (story.IsOver)
                break;
            if (email is null && !isThorough && story.IsEmpty && ++looked >= Glance)
                return null;
        }
        if (email is null && story.IsEmpty)
            return null;
        return new(story.Steps, email);
    }

    /// <summary>The message's row in an account: one read where there is none.</summary>
    /// <exception cref="StoreException">It cannot be read now.</exception>
    public async ValueTask<Email?> FindAsync(AccountId account, TransactionId id, CancellationToken cancel)
    {
        var number = EmailId.From(id).Value;
        var own = await EmailReader.ReadAsync(accounts.Rows, account, [new(number)], cancel);
        if (own is not [var there] || there.Email.Transaction == id)
            return own is [var found] ? found.Email : null;
        var next = Enumerable.Range(1, (int)Numbers).Select(more => new EmailId(number + (ulong)more)).ToList();
        var others = await EmailReader.ReadAsync(accounts.Rows, account, next, cancel);
        return others.FirstOrDefault(other => other.Email.Transaction == id)?.Email;
    }

    /// <summary>The first revision that may tell of what happened since a time: revisions rise with it.</summary>
    async ValueTask<ulong> FirstAsync(AccountId account, AccountRow row, DateTimeOffset since, CancellationToken cancel)
    {
        var (low, high) = (row.LogFrom, row.Revision);
        while (high - low > Few)
        {
            var middle = low + (high - low) / 2;
            var key = new RowKey(account.Value, ChangeRows.Key(middle));
            // Where a row is missing the log is being shortened: what is before it is old.
            var at = await accounts.Rows.GetAsync(Tables.Mail, key, cancel);
            if (at is null || ChangeRows.At(at.Data) < since)
                low = middle;
            else
                high = middle;
        }
        return low;
    }
}

/// <param name="Email">Null where the message is gone.</param>
sealed record MessageHistory(IReadOnlyList<TraceStep> Steps, Email? Email);

/// <summary>Reads rows of the log in their order, and tells what they did to one message.</summary>
sealed class MessageStory(AccountState state, string who, EmailId email)
{
    readonly List<TraceStep> steps = [];
    readonly Dictionary<Placement, (MessageFlags Flags, ulong Keywords)> places = [];
    bool wasFiled;
    bool isRead;

    public IReadOnlyList<TraceStep> Steps => steps;

    public bool IsEmpty => steps.Count == 0;

    /// <summary>The message is gone for good.</summary>
    public bool IsOver { get; private set; }

    public void Add(Row row, MessageTrace? trace, bool isGone)
    {
        var at = ChangeRows.At(row.Data);
        if (trace is not null)
            steps.AddRange(EvidenceText.Steps(trace, at, who));
        var notes = ChangeRows.Notes(row.Data).All.Where(note => note.Email == email).ToList();
        Place(at, notes);
        foreach (var note in notes)
        {
            if (note.Kind == ChangeNoteKind.Flagged)
                Flag(at, note);
            else if (note.Kind == ChangeNoteKind.Read && !isRead)
            {
                isRead = true;
                Tell(DateTimeOffset.FromUnixTimeSeconds(note.At), TraceKind.Read, ReadText(note.By));
            }
        }
        if (!isGone)
            return;
        IsOver = true;
        var last = notes.LastOrDefault(note => note.Kind == ChangeNoteKind.Removed);
        Tell(at, TraceKind.Deleted, last == default ? "gone for good" : $"deleted from {Name(last.Place)}, and gone");
    }

    static string ReadText(ReadBy by) =>
        by switch
        {
            ReadBy.Imap => "read by IMAP",
            ReadBy.Pop3 => "read by POP3",
            ReadBy.Api => "read by the API",
            _ => "read by a client",
        };

    void Place(DateTimeOffset at, List<ChangeNote> notes)
    {
        var left = notes.Where(note => note.Kind == ChangeNoteKind.Removed).ToList();
        foreach (var note in notes.Where(note => note.Kind == ChangeNoteKind.Placed))
        {
            places[note.Place] = (note.Flags, note.Keywords);
            if (left.Count > 0)
            {
                Tell(at, TraceKind.Moved, $"moved from {Name(left[0].Place)} to {Name(note.Place)}");
                places.Remove(left[0].Place);
                left.RemoveAt(0);
            }
            else if (wasFiled)
                Tell(at, TraceKind.Copied, $"copied to {Name(note.Place)}");
            else
                Tell(at, TraceKind.Filed, $"filed in {Name(note.Place)}{With(note)}");
            wasFiled = true;
        }
        foreach (var note in left.Where(note => places.Remove(note.Place) && places.Count > 0))
            Tell(at, TraceKind.Removed, $"taken out of {Name(note.Place)}");
    }

    void Flag(DateTimeOffset at, ChangeNote note)
    {
        var after = Words(note).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var text = $"flags in {Name(note.Place)}: {(after.Count == 0 ? "none" : string.Join(' ', after))}";
        if (places.TryGetValue(note.Place, out var known))
        {
            var before = Words(note with { Flags = known.Flags, Keywords = known.Keywords }).ToList();
            var changes = after
                .Except(before)
                .Select(word => $"+{word}")
                .Concat(before.Except(after).Select(word => $"-{word}"));
            text = $"flags in {Name(note.Place)}: {string.Join(' ', changes)}";
        }
        places[note.Place] = (note.Flags, note.Keywords);
        Tell(at, TraceKind.Flags, text);
    }

    string With(ChangeNote note) => Words(note).ToList() is { Count: > 0 } words ? $", {string.Join(' ', words)}" : "";

    IEnumerable<string> Words(ChangeNote note)
    {
        foreach (var flag in Enum.GetValues<MessageFlags>())
        {
            if (flag != MessageFlags.None && note.Flags.HasFlag(flag))
                yield return $"\\{flag}";
        }
        var names = state.Mailboxes.GetValueOrDefault(note.Place.Mailbox)?.Keywords ?? [];
        for (var bit = 0; bit < names.Count; bit++)
        {
            if ((note.Keywords >> bit & 1) != 0)
                yield return names[bit];
        }
    }

    string Name(Placement place) =>
        state.Mailboxes.GetValueOrDefault(place.Mailbox) is { } mailbox
            ? $"{MailboxPaths.Compose(state.Mailboxes, mailbox)} (UID {place.Uid})"
            : $"a mailbox that is gone (UID {place.Uid})";

    void Tell(DateTimeOffset at, TraceKind kind, string text) => steps.Add(new(at, kind, who, text));
}
