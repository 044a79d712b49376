using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Messages;
using Cloud.Store.Search;

namespace Cloud.Listener.Imap.Search;

/// <summary>Answers searches that ask for nothing the session does not know: flags, sizes, days, sets.</summary>
static class ViewSearch
{
    delegate bool Test(in MessageEntry entry);

    /// <returns>Null when the store must be asked.</returns>
    public static IndexRanges? TryRun(SearchKey key, SearchSource source) => TryRun(key, source, source.View.All);

    /// <param name="among">Only these messages.</param>
    /// <returns>Null when the store must be asked.</returns>
    public static IndexRanges? TryRun(SearchKey key, SearchSource source, IndexRanges among)
    {
        if (Compile(key, source.Keywords) is not { } test)
            return null;
        var found = new List<(int First, int Last)>();
        foreach (var i in among.Indexes())
        {
            if (!test(source.View[i]))
                continue;
            if (found.Count > 0 && found[^1].Last == i - 1)
                found[^1] = (found[^1].First, i);
            else
                found.Add((i, i));
        }
        return new IndexRanges(found);
    }

    static Test? Compile(SearchKey key, IReadOnlyList<string> keywords)
    {
        switch (key)
        {
            case SearchKey.All:
                return (in MessageEntry _) => true;
            case SearchKey.HasFlag(var flag):
                return (in MessageEntry entry) => entry.Flags.HasFlag(flag);
            case SearchKey.HasKeyword(var keyword):
                var bit = Bit(keyword, keywords);
                return (in MessageEntry entry) => (entry.Keywords & bit) != 0;
            case SearchKey.InSet(var uids):
                return (in MessageEntry entry) => uids.Contains(entry.Uid);
            case SearchKey.Larger(var octets):
                return (in MessageEntry entry) => entry.Size > octets;
            case SearchKey.Smaller(var octets):
                return (in MessageEntry entry) => entry.Size < octets;
            case SearchKey.Received(var from, var until):
                return (in MessageEntry entry) =>
                    DateGrammar.Day(entry.Received) is var day && day >= from && day < until;
            case SearchKey.Saved(var from, var until):
                return (in MessageEntry entry) => DateGrammar.Day(entry.Saved) is var day && day >= from && day < until;
            case SearchKey.Arrived(var earliest, var latest):
                return (in MessageEntry entry) => entry.Received >= earliest && entry.Received <= latest;
            case SearchKey.IsEmail(var email):
                return (in MessageEntry entry) => entry.Email == email;
            case SearchKey.ChangedSince(var modSeq):
                return (in MessageEntry entry) => entry.ModSeq >= modSeq;
            case SearchKey.Not(var inner):
                return Compile(inner, keywords) is { } wrong ? (in MessageEntry entry) => !wrong(entry) : null;
            case SearchKey.Or(var left, var right):
                return Compile(left, keywords) is { } one && Compile(right, keywords) is { } other
                    ? (in MessageEntry entry) => one(entry) || other(entry)
                    : null;
            case SearchKey.And(var all):
                return CompileAll(all, keywords);
            default:
                return null;
        }
    }

    static Test? CompileAll(IReadOnlyList<SearchKey> keys, IReadOnlyList<string> keywords)
    {
        var tests = new List<Test>(keys.Count);
        foreach (var key in keys)
        {
            if (Compile(key, keywords) is not { } test)
                return null;
            tests.Add(test);
        }
        return (in MessageEntry entry) =>
        {
            foreach (var test in tests)
            {
                if (!test(entry))
                    return false;
            }
            return true;
        };
    }

    static ulong Bit(string keyword, IReadOnlyList<string> keywords)
    {
        for (var i = 0; i < keywords.Count; i++)
        {
            if (string.Equals(keywords[i], keyword, StringComparison.OrdinalIgnoreCase))
                return 1UL << i;
        }
        return 0;
    }
}
