using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;

namespace Cloud.Store.Search;

/// <summary>Answers a search from a mailbox's entries alone, as far as they tell.</summary>
static class EntrySearch
{
    /// <returns>Null when the message itself has to be looked at.</returns>
    public static bool? Matches(SearchKey key, in MessageEntry entry, IReadOnlyList<string> keywords) =>
        key switch
        {
            SearchKey.All => true,
            SearchKey.And and => All(and.Keys, entry, keywords),
            SearchKey.Or or => Or(Matches(or.Left, entry, keywords), Matches(or.Right, entry, keywords)),
            SearchKey.Not not => !Matches(not.Key, entry, keywords),
            SearchKey.InSet set => set.Uids.Contains(entry.Uid),
            SearchKey.HasFlag flag => entry.Flags.HasFlag(flag.Flag),
            SearchKey.HasKeyword keyword => (entry.Keywords & KeywordTable.Bits(keywords, [keyword.Keyword])) != 0,
            SearchKey.Received received => IsWithin(
                DateTimeOffset.FromUnixTimeSeconds(entry.Received),
                received.From,
                received.Until
            ),
            SearchKey.Larger larger => entry.Size > larger.Octets,
            SearchKey.Smaller smaller => entry.Size < smaller.Octets,
            SearchKey.Saved saved => IsWithin(DateTimeOffset.FromUnixTimeSeconds(entry.Saved), saved.From, saved.Until),
            SearchKey.Arrived arrived => entry.Received >= arrived.Earliest && entry.Received <= arrived.Latest,
            SearchKey.IsEmail email => entry.Email == email.Email,
            SearchKey.ChangedSince since => entry.ModSeq >= since.ModSeq,
            _ => null,
        };

    /// <summary>RFC 9051 §6.4.4: the day as it is written, without time and zone.</summary>
    public static bool IsWithin(DateTimeOffset time, DateOnly from, DateOnly until) =>
        DateOnly.FromDateTime(time.DateTime) is var day && day >= from && day < until;

    static bool? All(IReadOnlyList<SearchKey> keys, in MessageEntry entry, IReadOnlyList<string> keywords)
    {
        bool? all = true;
        foreach (var key in keys)
        {
            var one = Matches(key, entry, keywords);
            if (one == false)
                return false;
            all = one is null ? null : all;
        }
        return all;
    }

    static bool? Or(bool? left, bool? right) =>
        left == true || right == true ? true
        : left is null || right is null ? null
        : false;
}
