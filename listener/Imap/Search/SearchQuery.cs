using System.Text;
using System.Text.Unicode;
using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Messages;
using Cloud.Store.Search;

namespace Cloud.Listener.Imap.Search;

/// <summary>A SEARCH as the client wrote it (RFC 3501 §6.4.4).</summary>
/// <param name="Charset">Which charset its strings are in, in capitals; null where it does not say.</param>
sealed record SearchQuery(SearchKey Key, SearchReturn Return, string? Charset)
{
    /// <summary>Its charset is one that we know.</summary>
    public bool IsUnderstood => Charset is null || IsKnown(Charset);

    /// <summary>It asks by mod-sequence, and is answered with one (RFC 7162 §3.1.5).</summary>
    public bool AsksModSeq { get; } = SessionKeys.Any(Key, key => key is SearchKey.ChangedSince);

    /// <summary>It asks for something fuzzily (RFC 6203 §3).</summary>
    public bool IsFuzzy { get; private init; }

    /// <summary>It names messages by their numbers.</summary>
    public bool SpeaksNumbers { get; } =
        SessionKeys.Any(Key, key => key is SessionKeys.Numbers { Uids: false, Set.IsSaved: false });

    /// <summary>The key as it stands in a session, now.</summary>
    public SearchKey KeyIn(ImapSession session) => KeyIn(session, session.Selected!.Source, session.Selected.Saved);

    /// <summary>The key as it stands for a mailbox.</summary>
    /// <param name="isKept">The search goes on: what has no end takes in what comes.</param>
    public SearchKey KeyIn(ImapSession session, SearchSource source, UidSet saved, bool isKept = false) =>
        SessionKeys.Resolve(Key, source.Account.Id, source.View, saved, session.Services.Time.GetUtcNow(), isKept);

    /// <summary>The key of a search of the selected mailbox whose changes are to be told; null where they are not.</summary>
    public SearchKey? KeptKeyIn(ImapSession session, UidSet saved) =>
        Return.Has(SearchReturns.Update) ? KeyIn(session, session.Selected!.Source, saved, isKept: true) : null;

    /// <exception cref="SyntaxException">It makes no sense in this session.</exception>
    public void CheckIn(ImapSession session)
    {
        if (Charset is not null && session.Dialect.Utf8Accept)
            throw new SyntaxException("The charset is UTF-8 already"); // RFC 6855 §3
        CheckTag(session);
    }

    /// <exception cref="SyntaxException">A search that is kept has the same tag (RFC 5267 §4.3).</exception>
    public void CheckTag(ImapSession session)
    {
        if (Return.Has(SearchReturns.Update) && session.Selected?.Contexts.Has(session.Tag) == true)
            throw new SyntaxException("Another search that is kept has this tag");
    }

    static readonly DateOnly Never = DateOnly.MinValue;
    static readonly DateOnly Ever = DateOnly.MaxValue;

    /// <summary>All arguments, to the end.</summary>
    /// <remarks>Behind a charset that is not known here nothing more is read.</remarks>
    public static SearchQuery Parse(ref ImapReader reader)
    {
        reader.ExpectSP();
        var asked = SearchReturn.None;
        if (reader.Label("RETURN"u8))
        {
            asked = SearchReturn.Parse(ref reader);
            reader.ExpectSP();
        }
        string? charset = null;
        if (reader.Label("CHARSET"u8))
        {
            reader.ExpectSP();
            charset = reader.ExpectText("a charset").ToUpperInvariant();
            if (!IsKnown(charset))
                return new SearchQuery(new SearchKey.All(), asked, charset);
            reader.ExpectSP();
        }

        return ExpectAll(ref reader, asked, charset);
    }

    /// <summary>search-criteria (RFC 5256 §5): charset and keys, to the end.</summary>
    /// <remarks>Behind a charset that is not known here nothing more is read.</remarks>
    public static SearchQuery ParseCriteria(ref ImapReader reader, SearchReturn asked)
    {
        var charset = reader.ExpectText("a charset").ToUpperInvariant();
        if (!IsKnown(charset))
            return new SearchQuery(new SearchKey.All(), asked, charset);
        reader.ExpectSP();
        return ExpectAll(ref reader, asked, charset);
    }

    static SearchQuery ExpectAll(ref ImapReader reader, SearchReturn asked, string? charset)
    {
        var state = new State();
        var key = ExpectKeys(ref reader, state, depth: 0);
        reader.ExpectEnd();
        if (asked.Has(SearchReturns.Relevancy) && !state.IsFuzzy)
            throw new SyntaxException("RELEVANCY stands beside FUZZY"); // RFC 6203 §4
        return new SearchQuery(key, asked, charset) { IsFuzzy = state.IsFuzzy };
    }

    /// <summary>What is known of the keys read so far.</summary>
    sealed class State
    {
        public int Count { get; set; }

        public bool IsFuzzy { get; set; }
    }

    /// <summary>One key or more, which must all match.</summary>
    static SearchKey ExpectKeys(ref ImapReader reader, State state, int depth)
    {
        var keys = new List<SearchKey>();
        do
        {
            keys.Add(ExpectKey(ref reader, state, depth));
        } while (reader.SP());
        return keys.Count == 1 ? keys[0] : new SearchKey.And(keys);
    }

    static SearchKey ExpectKey(ref ImapReader reader, State state, int depth)
    {
        if (++state.Count > ImapLimits.SearchKeys)
            throw new SyntaxException($"At most {ImapLimits.SearchKeys} search keys");
        if (depth > ImapLimits.SearchDepth)
            throw new SyntaxException($"Search keys nest at most {ImapLimits.SearchDepth} deep");

        if (reader.Char('('))
        {
            var keys = ExpectKeys(ref reader, state, depth + 1);
            reader.ExpectChar(')');
            return keys;
        }
        if (reader.Peek('*') || reader.Peek('$') || (!reader.AtEnd && char.IsAsciiDigit((char)reader.Rest[0])))
            return new SessionKeys.Numbers(reader.ExpectSequenceSet(), Uids: false);
        if (!reader.Label(out var label))
            throw reader.Expected("a search key");

        var name = Encoding.ASCII.GetString(label).ToUpperInvariant();
        if (Flag(name) is { } flag)
            return flag;
        reader.ExpectSP();
        if (name == "NOT")
            return new SearchKey.Not(ExpectKey(ref reader, state, depth + 1));
        if (name == "FUZZY")
        {
            state.IsFuzzy = true;
            return Fuzzy(ExpectKey(ref reader, state, depth + 1));
        }
        if (name != "OR")
            return ExpectArgument(ref reader, name);
        var left = ExpectKey(ref reader, state, depth + 1);
        reader.ExpectSP();
        return new SearchKey.Or(left, ExpectKey(ref reader, state, depth + 1));
    }

    /// <summary>Texts are sought fuzzily; what is no text is what it is (RFC 6203 §5).</summary>
    static SearchKey Fuzzy(SearchKey key) =>
        key switch
        {
            SearchKey.Header or SearchKey.Body or SearchKey.Anywhere => new SearchKey.Fuzzy(key),
            SearchKey.And and => new SearchKey.And([.. and.Keys.Select(Fuzzy)]),
            SearchKey.Or or => new SearchKey.Or(Fuzzy(or.Left), Fuzzy(or.Right)),
            SearchKey.Not not => new SearchKey.Not(Fuzzy(not.Key)),
            _ => key,
        };

    /// <summary>Keys of one word.</summary>
    static SearchKey? Flag(string name) =>
        name switch
        {
            "ALL" => new SearchKey.All(),
            "ANSWERED" => new SearchKey.HasFlag(MessageFlags.Answered),
            "DELETED" => new SearchKey.HasFlag(MessageFlags.Deleted),
            "DRAFT" => new SearchKey.HasFlag(MessageFlags.Draft),
            "FLAGGED" => new SearchKey.HasFlag(MessageFlags.Flagged),
            "SEEN" => new SearchKey.HasFlag(MessageFlags.Seen),
            "UNANSWERED" => new SearchKey.Not(new SearchKey.HasFlag(MessageFlags.Answered)),
            "UNDELETED" => new SearchKey.Not(new SearchKey.HasFlag(MessageFlags.Deleted)),
            "UNDRAFT" => new SearchKey.Not(new SearchKey.HasFlag(MessageFlags.Draft)),
            "UNFLAGGED" => new SearchKey.Not(new SearchKey.HasFlag(MessageFlags.Flagged)),
            "UNSEEN" => new SearchKey.Not(new SearchKey.HasFlag(MessageFlags.Seen)),
            "SAVEDATESUPPORTED" => new SearchKey.All(), // RFC 8514 §4.3
            "RECENT" => new SessionKeys.Recent(),
            "OLD" => new SearchKey.Not(new SessionKeys.Recent()),
            "NEW" => new SearchKey.And([
                new SessionKeys.Recent(),
                new SearchKey.Not(new SearchKey.HasFlag(MessageFlags.Seen)),
            ]),
            _ => null,
        };

    /// <summary>Keys with an argument.</summary>
    static SearchKey ExpectArgument(ref ImapReader reader, string name)
    {
        switch (name)
        {
            case "FROM" or "TO" or "CC" or "BCC" or "SUBJECT":
                return new SearchKey.Header(name, reader.ExpectText("what to search for"));
            case "HEADER":
                var field = reader.ExpectText("a field name");
                reader.ExpectSP();
                return new SearchKey.Header(field, reader.ExpectText("what to search for"));
            case "BODY":
                return new SearchKey.Body(reader.ExpectText("what to search for"));
            case "TEXT":
                return new SearchKey.Anywhere(reader.ExpectText("what to search for"));
            case "KEYWORD":
                return new SearchKey.HasKeyword(reader.ExpectKeyword());
            case "UNKEYWORD":
                return new SearchKey.Not(new SearchKey.HasKeyword(reader.ExpectKeyword()));
            case "OLDER" or "YOUNGER":
                return new SessionKeys.Within(reader.ExpectNzNumber(), name == "OLDER");
            case "EMAILID":
                return new SessionKeys.ObjectId(ObjectIds.Expect(ref reader), IsThread: false);
            case "THREADID":
                return new SessionKeys.ObjectId(ObjectIds.Expect(ref reader), IsThread: true);
            case "LARGER":
                return new SearchKey.Larger(reader.ExpectNumber64());
            case "SMALLER":
                return new SearchKey.Smaller(reader.ExpectNumber64());
            case "MODSEQ":
                return ExpectModSeq(ref reader);
            case "UID":
                return new SessionKeys.Numbers(reader.ExpectSequenceSet(), Uids: true);
            case "BEFORE" or "ON" or "SINCE":
                var (from, until) = Days(name, reader.ExpectDate());
                return new SearchKey.Received(from, until);
            case "SENTBEFORE" or "SENTON" or "SENTSINCE":
                (from, until) = Days(name[4..], reader.ExpectDate());
                return new SearchKey.Sent(from, until);
            case "SAVEDBEFORE" or "SAVEDON" or "SAVEDSINCE":
                (from, until) = Days(name[5..], reader.ExpectDate());
                return new SearchKey.Saved(from, until);
            default:
                throw new SyntaxException($"{name} is no search key");
        }
    }

    /// <summary><c>[SP entry-name SP entry-type-req] SP mod-sequence-valzer</c>: one stands for all entries (RFC 7162 §3.1.5).</summary>
    static SearchKey.ChangedSince ExpectModSeq(ref ImapReader reader)
    {
        if (reader.String(out _))
        {
            reader.ExpectSP();
            if (!reader.Label("PRIV"u8) && !reader.Label("SHARED"u8) && !reader.Label("ALL"u8))
                throw reader.Expected("priv, shared or all");
            reader.ExpectSP();
        }
        return new SearchKey.ChangedSince(reader.ExpectModSeq());
    }

    static bool IsKnown(string charset) => charset is "UTF-8" or "US-ASCII";

    static (DateOnly From, DateOnly Until) Days(string name, DateOnly day) =>
        name switch
        {
            "BEFORE" => (Never, day),
            "SINCE" => (day, Ever),
            _ => (day, day == Ever ? Ever : day.AddDays(1)),
        };
}
