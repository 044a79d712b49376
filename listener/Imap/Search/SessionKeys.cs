using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;
using Cloud.Store;
using Cloud.Store.Messages;
using Cloud.Store.Search;

namespace Cloud.Listener.Imap.Search;

/// <summary>Search keys that mean something only in a session, and what they come to in it.</summary>
static class SessionKeys
{
    public sealed record Numbers(SequenceSet Set, bool Uids) : SearchKey;

    public sealed record Recent : SearchKey;

    /// <summary>INTERNALDATE so many seconds ago, or before or after that (RFC 5032).</summary>
    public sealed record Within(uint Seconds, bool Older) : SearchKey;

    /// <summary>EMAILID or THREADID (RFC 8474 §6): which account's they are the session knows.</summary>
    public sealed record ObjectId(string Id, bool IsThread) : SearchKey;

    /// <summary>The key or one inside it is such.</summary>
    public static bool Any(SearchKey key, Func<SearchKey, bool> test) =>
        test(key)
        || key switch
        {
            SearchKey.And and => and.Keys.Any(each => Any(each, test)),
            SearchKey.Or or => Any(or.Left, test) || Any(or.Right, test),
            SearchKey.Not not => Any(not.Key, test),
            _ => false,
        };

    /// <summary>The key with its session's part turned into sets of UIDs.</summary>
    /// <remarks>A set that is named often is made once, and asked for once where all keys must match.</remarks>
    /// <param name="account">Whose ids of messages and threads it may name.</param>
    /// <param name="found">What <c>$</c> stands for.</param>
    /// <param name="isKept">The search goes on: UIDs without an end take in what comes.</param>
    public static SearchKey Resolve(
        SearchKey key,
        AccountId account,
        SequenceView view,
        UidSet found,
        DateTimeOffset now,
        bool isKept = false
    )
    {
        var lastUid = isKept ? uint.MaxValue : view.LastUid;
        var saved = new SearchKey.InSet(found);
        SearchKey? recent = null;
        return Of(key);

        SearchKey Of(SearchKey one) =>
            one switch
            {
                Numbers { Set.IsSaved: true } => saved,
                Within { Older: true } older => new SearchKey.Arrived(0, now.ToUnixTimeSeconds() - older.Seconds),
                Within younger => new SearchKey.Arrived(now.ToUnixTimeSeconds() - younger.Seconds, long.MaxValue),
                Numbers { Uids: true } uids => new SearchKey.InSet(uids.Set.ToUids(lastUid)),
                Numbers numbers => new SearchKey.InSet(FindNumbers(numbers.Set, view)),
                ObjectId { IsThread: true } thread => new ObjectIds(account).Thread(thread.Id) is { } number
                    ? new SearchKey.InThread(number.Value)
                    : new SearchKey.Not(new SearchKey.All()),
                ObjectId email => new ObjectIds(account).Email(email.Id) is { } number
                    ? new SearchKey.IsEmail(number)
                    : new SearchKey.Not(new SearchKey.All()),
                Recent => recent ??= new SearchKey.InSet(FindRecent(view)),
                SearchKey.And and => new SearchKey.And([.. and.Keys.Select(Of).Distinct()]),
                SearchKey.Or or => new SearchKey.Or(Of(or.Left), Of(or.Right)),
                SearchKey.Not not => new SearchKey.Not(Of(not.Key)),
                _ => one,
            };
    }

    /// <summary>The key for some messages alone: sets lose what is not of them.</summary>
    public static SearchKey Narrow(SearchKey key, UidSet within)
    {
        var narrowed = new Dictionary<SearchKey, SearchKey>(ReferenceEqualityComparer.Instance);
        return Of(key);

        SearchKey Of(SearchKey one) =>
            one switch
            {
                SearchKey.InSet set => narrowed.TryGetValue(set, out var known)
                    ? known
                    : narrowed[set] = new SearchKey.InSet(set.Uids.Intersect(within)),
                SearchKey.And and => new SearchKey.And([.. and.Keys.Select(Of)]),
                SearchKey.Or or => new SearchKey.Or(Of(or.Left), Of(or.Right)),
                SearchKey.Not not => new SearchKey.Not(Of(not.Key)),
                _ => one,
            };
    }

    /// <summary>In a search, numbers that no message has find nothing; clients ask an empty mailbox for 1:* too.</summary>
    static UidSet FindNumbers(SequenceSet set, SequenceView view)
    {
        if (view.Count == 0)
            return UidSet.Empty;
        var found = new List<(int, int)>();
        foreach (var (first, last) in set.Against((uint)view.Count))
        {
            if (first <= view.Count && last > 0)
                found.Add(((int)Math.Max(first, 1) - 1, (int)Math.Min(last, (uint)view.Count) - 1));
        }
        return IndexRanges.Of(found).ToUids(view);
    }

    static UidSet FindRecent(SequenceView view) =>
        UidSet.Of(Enumerable.Range(0, view.Count).Where(view.IsRecent).Select(view.Uid));
}
