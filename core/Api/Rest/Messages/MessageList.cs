using System.Globalization;
using Cloud.Store;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Search;

namespace Cloud.Api.Rest.Messages;

/// <summary>Lists of messages: a mailbox with filters, and a conversation.</summary>
static class MessageList
{
    /// <summary>Messages that a search looks at for one page: it ends early then, and the next goes on.</summary>
    const int MaxSearched = 2000;

    /// <summary>Looked at in one go.</summary>
    const int Batch = 200;

    /// <summary>The newest messages of each mailbox that may be a conversation's.</summary>
    const int MaxThreadRead = 2000;

    /// <summary>Characters of what is looked for.</summary>
    const int MaxText = 200;

    public static readonly IReadOnlyList<QueryParameter> Query =
    [
        QueryParameter.After,
        QueryParameter.Limit,
        new("mailbox", "Its id or whole name; INBOX where it is missing"),
        new("seen", "Only those that are, or are not", "boolean"),
        new("flagged", "Only those that are, or are not", "boolean"),
        new("keyword", "Only those that have it"),
        new("from", "The From field holds this"),
        new("to", "The To, Cc or Bcc field holds this"),
        new("subject", "The Subject holds this"),
        new("q", "Header or text holds this"),
        new("since", "Came on that day or later (UTC)"),
        new("until", "Came before that day (UTC)"),
    ];

    public static async ValueTask<ApiAnswer> ListAsync(ApiCall call, CancellationToken cancel)
    {
        var account = await call.AccountAsync(cancel);
        var mailbox = await call.MailboxAsync(account, call.Query("mailbox") ?? "INBOX", cancel);
        var key = KeyOf(call);
        var view = await call.Rooms.Gateway.OpenAsync(account, mailbox.Id, claimRecent: false, cancel);
        var before = BeforeOf(call, mailbox);
        var entries = (view?.Entries ?? EntryPages.Empty).Where(entry => entry.Uid < before).Reverse().ToList();
        var (found, seen) = (new List<MessageEntry>(), 0);
        while (seen < Math.Min(entries.Count, MaxSearched) && found.Count < call.Limit)
        {
            var some = entries.Skip(seen).Take(key is null ? call.Limit : Batch).ToList();
            var matching = key is null ? some : await MatchingAsync(call, account, mailbox, some, key, cancel);
            var taken = matching.Take(call.Limit - found.Count).ToList();
            found.AddRange(taken);
            // Where the page is full, it goes on behind its last one.
            seen =
                taken.Count < matching.Count || found.Count == call.Limit
                    ? entries.IndexOf(found[^1]) + 1
                    : seen + some.Count;
        }
        var next = seen < entries.Count && seen > 0 ? PlaceOf(mailbox, entries[seen - 1].Uid) : null;
        var items = await SummariesAsync(call, account, view?.Mailbox ?? mailbox, found, cancel);
        return ApiAnswer.Ok(new(items, next), MessageJson.Default.PageMessageSummary);
    }

    public static async ValueTask<ApiAnswer> ThreadAsync(ApiCall call, CancellationToken cancel)
    {
        var (limit, after) = (call.Limit, ThreadPlaceOf(call));
        var account = await call.AccountAsync(cancel);
        if (!FoundMessage.TryId(call["thread"], out var thread))
            throw new ApiException(ApiProblem.NotFound("thread"));
        var found = new List<MessageSummary>();
        foreach (var mailbox in await call.Rooms.Gateway.ListMailboxesAsync(account, cancel))
        {
            var view = await call.Rooms.Gateway.OpenAsync(account, mailbox.Id, claimRecent: false, cancel);
            // A conversation bears the number of its first message, and no answer has a lower one.
            var later = (view?.Entries ?? EntryPages.Empty)
                .Where(entry => entry.Email.Value >= thread)
                .TakeLast(MaxThreadRead);
            foreach (var some in later.Chunk(Batch))
            {
                var all = await SummariesAsync(call, account, view!.Mailbox, some, cancel);
                found.AddRange(all.Where(message => message.Thread == call["thread"]));
            }
        }
        if (found.Count == 0)
            throw new ApiException(ApiProblem.NotFound("thread"));
        var messages = found
            .GroupBy(message => message.Id)
            .Select(same => same.First() with { Mailboxes = [.. same.SelectMany(one => one.Mailboxes)] })
            .Select(message => (Place: ThreadPlaceOf(message), Message: message))
            .Where(one => after is null || string.CompareOrdinal(one.Place, after) > 0)
            .OrderBy(one => one.Place, StringComparer.Ordinal)
            .ToList();
        var page = messages.Take(limit).ToList();
        var next = messages.Count > page.Count ? Cursor.Encode(page[^1].Place) : null;
        return ApiAnswer.Ok(new([.. page.Select(one => one.Message)], next), MessageJson.Default.PageMessageSummary);
    }

    /// <summary>In the order of time: the messages of a conversation may lie in several mailboxes.</summary>
    static string ThreadPlaceOf(MessageSummary message) =>
        string.Create(CultureInfo.InvariantCulture, $"{message.ReceivedAt.UtcTicks:D20} {message.Id}");

    static string? ThreadPlaceOf(ApiCall call) =>
        call.After is not { } after ? null
        : after.Split(' ') is [{ Length: 20 } at, { Length: 16 }] && at.All(char.IsAsciiDigit) ? after
        : throw Pages.NoCursor();

    static async ValueTask<List<MessageSummary>> SummariesAsync(
        ApiCall call,
        AccountId account,
        Mailbox mailbox,
        IReadOnlyList<MessageEntry> entries,
        CancellationToken cancel
    )
    {
        var ids = entries.Select(entry => entry.Email).Distinct().ToList();
        var emails = (await call.Rooms.Gateway.FetchAsync(account, ids, cancel)).ToDictionary(email => email.Id);
        return
        [
            .. entries
                .Where(entry => emails.ContainsKey(entry.Email))
                .Select(entry => FoundMessage.Summary(emails[entry.Email], mailbox, entry)),
        ];
    }

    static async ValueTask<List<MessageEntry>> MatchingAsync(
        ApiCall call,
        AccountId account,
        Mailbox mailbox,
        List<MessageEntry> entries,
        SearchKey key,
        CancellationToken cancel
    )
    {
        var uids = UidSet.Of(entries.Select(entry => entry.Uid));
        var found = await call.Rooms.Gateway.SearchAsync(new(account, mailbox.Id, uids, key), cancel);
        return found.IsOk ? [.. entries.Where(entry => found.Value.Contains(entry.Uid))] : [];
    }

    /// <returns>Null where all match.</returns>
    static SearchKey? KeyOf(ApiCall call)
    {
        var keys = new List<SearchKey>();
        if (call.Switch("seen") is { } seen)
            keys.Add(Is(MessageFlags.Seen, seen));
        if (call.Switch("flagged") is { } flagged)
            keys.Add(Is(MessageFlags.Flagged, flagged));
        if (TextOf(call, "keyword") is { } keyword)
            keys.Add(new SearchKey.HasKeyword(keyword));
        if (TextOf(call, "from") is { } from)
            keys.Add(new SearchKey.Header("From", from));
        if (TextOf(call, "to") is { } to)
            keys.Add(
                new SearchKey.Or(
                    new SearchKey.Header("To", to),
                    new SearchKey.Or(new SearchKey.Header("Cc", to), new SearchKey.Header("Bcc", to))
                )
            );
        if (TextOf(call, "subject") is { } subject)
            keys.Add(new SearchKey.Header("Subject", subject));
        if (TextOf(call, "q") is { } text)
            keys.Add(new SearchKey.Anywhere(text));
        var (since, until) = (DayOf(call, "since"), DayOf(call, "until"));
        if (since is not null || until is not null)
            keys.Add(new SearchKey.Received(since ?? DateOnly.MinValue, until ?? DateOnly.MaxValue));
        return keys.Count switch
        {
            0 => null,
            1 => keys[0],
            _ => new SearchKey.And(keys),
        };
    }

    static SearchKey Is(MessageFlags flag, bool isSet) =>
        isSet ? new SearchKey.HasFlag(flag) : new SearchKey.Not(new SearchKey.HasFlag(flag));

    static string? TextOf(ApiCall call, string name) =>
        call.Query(name) is { Length: > 0 and <= MaxText } text ? text
        : call.Query(name) is null ? null
        : throw new ApiException(ApiProblem.BadParameter(name, $"{name} has 1 to {MaxText} characters."));

    static DateOnly? DayOf(ApiCall call, string name) =>
        call.Time(name) is { } time ? DateOnly.FromDateTime(time.UtcDateTime) : null;

    static uint BeforeOf(ApiCall call, Mailbox mailbox)
    {
        if (call.After is not { } after)
            return uint.MaxValue;
        // UIDs of another mailbox, or of one that was made anew, mean nothing here (RFC 9051 §2.3.1.1).
        return
            after.Split(' ') is [var id, var validity, var uid]
            && id == mailbox.Id.ToString()
            && validity == $"{mailbox.UidValidity}"
            && uint.TryParse(uid, NumberStyles.None, CultureInfo.InvariantCulture, out var before)
            ? before
            : throw Pages.NoCursor();
    }

    static string PlaceOf(Mailbox mailbox, uint uid) =>
        Cursor.Encode(string.Create(CultureInfo.InvariantCulture, $"{mailbox.Id} {mailbox.UidValidity} {uid}"));
}
