using Cloud.Mail;
using Cloud.Mail.Charsets;
using Cloud.Mail.Headers;
using Cloud.Store.Messages;
using Cloud.Store.Overviews;

namespace Cloud.Store.Search;

/// <summary>Compares messages as SORT's criteria ask; what they leave open, the UID settles (RFC 5256 §3).</summary>
/// <param name="scores">Of messages that a fuzzy search has found, by UID.</param>
sealed class SortOrder(IReadOnlyList<SortCriterion> criteria, IReadOnlyDictionary<uint, int> scores)
{
    /// <summary>Characters of a text that are compared, so that a mailbox of endless subjects is sorted too: RFC 5322 has
    /// lines of 998 at most, and nobody sees the rest.</summary>
    const int MaxText = 998;

    /// <summary>Something is asked that an entry does not tell.</summary>
    public bool NeedsOverviews =>
        criteria.Any(one => one.Field is not (SortField.Arrival or SortField.Size or SortField.Relevancy));

    /// <summary>Results are scored.</summary>
    public bool IsScored => criteria.Any(one => one.Field == SortField.Relevancy);

    /// <summary>1 to 100; what matches without anything fuzzy matches best.</summary>
    public int ScoreOf(uint uid) => scores.GetValueOrDefault(uid, FuzzyText.Best);

    /// <param name="overview">Only for criteria that need it; default for a message that has gone.</param>
    public SortedMessage Of(in MessageEntry entry, in Overview overview)
    {
        var others = criteria.Count == 1 ? [] : new SortValue[criteria.Count - 1];
        for (var i = 0; i < others.Length; i++)
            others[i] = Value(criteria[i + 1].Field, entry, overview);
        return new(entry.Uid, Value(criteria[0].Field, entry, overview), others);
    }

    public int Compare(SortedMessage left, SortedMessage right)
    {
        var compared = left.First.CompareTo(right.First);
        if (compared != 0)
            return criteria[0].Reverse ? -compared : compared;
        for (var i = 0; i < left.Others.Length; i++)
        {
            compared = left.Others[i].CompareTo(right.Others[i]);
            if (compared != 0)
                return criteria[i + 1].Reverse ? -compared : compared;
        }
        return left.Uid.CompareTo(right.Uid);
    }

    /// <summary>§2.2: where the Date field cannot be read, INTERNALDATE stands in.</summary>
    public static long SentOf(in MessageEntry entry, in Overview overview) =>
        overview.Sent?.ToUnixTimeSeconds() ?? entry.Received;

    SortValue Value(SortField field, in MessageEntry entry, in Overview overview) =>
        field switch
        {
            SortField.Relevancy => new(-ScoreOf(entry.Uid), ""),
            SortField.Arrival => new(entry.Received, ""),
            SortField.Size => new(entry.Size, ""),
            SortField.Date => new(SentOf(entry, overview), ""),
            _ when !overview.IsKept || overview.Uid == 0 => new(0, ""),
            SortField.Subject => Text(overview.BaseSubject.Text),
            SortField.From => Text(Mailbox(overview, OverviewField.From)),
            SortField.To => Text(Mailbox(overview, OverviewField.To)),
            SortField.Cc => Text(Mailbox(overview, OverviewField.Cc)),
            SortField.DisplayFrom => Text(Display(overview, OverviewField.From)),
            _ => Text(Display(overview, OverviewField.To)),
        };

    static SortValue Text(string text) => new(0, SortKeys.Casemap(text.Length > MaxText ? text[..MaxText] : text));

    static string Mailbox(in Overview overview, OverviewField field)
    {
        foreach (var address in overview.Addresses(field))
        {
            if (address.IsMailbox)
                return Charset.Guess(address.Mailbox.Span);
        }
        return "";
    }

    /// <summary>RFC 5957 §3: a group's name counts as its first member's would.</summary>
    static string Display(in Overview overview, OverviewField field)
    {
        foreach (var address in overview.Addresses(field))
        {
            if (address.IsGroupEnd)
                continue;
            if (!address.IsMailbox)
                return EncodedWords.Decode(address.Mailbox.Span);
            if (EncodedWords.Decode(address.Name.Span) is { Length: > 0 } name)
                return name;
            return $"{Charset.Guess(address.Mailbox.Span)}@{Charset.Guess(address.Host.Span)}";
        }
        return "";
    }
}

/// <summary>A message with what SORT compares of it, a value for each criterion.</summary>
/// <param name="Others">Those behind the first: mostly there are none, or the first decides.</param>
readonly record struct SortedMessage(uint Uid, SortValue First, SortValue[] Others);

/// <summary>A number, or a text compared by ordinal.</summary>
readonly record struct SortValue(long Number, string Text) : IComparable<SortValue>
{
    public int CompareTo(SortValue other) =>
        Number != other.Number ? Number.CompareTo(other.Number) : string.CompareOrdinal(Text, other.Text);
}
