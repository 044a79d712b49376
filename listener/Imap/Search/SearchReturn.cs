using Cloud.Listener.Imap.Fetch;
using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Search;

[Flags]
enum SearchReturns
{
    /// <summary>No RETURN: all numbers in a SEARCH response.</summary>
    None = 0,
    Min = 1,
    Max = 2,
    Count = 4,
    All = 8,
    Save = 16,
    Partial = 32,

    /// <summary>How well each message matches (RFC 6203 §4).</summary>
    Relevancy = 64,

    /// <summary>What changes of the results is told from then on (RFC 5267 §4.3).</summary>
    Update = 128,

    /// <summary>The same will be asked again (RFC 5267 §4.2): of no use here.</summary>
    Context = 256,
}

/// <summary>What SEARCH RETURN asks for (RFC 4731 §3.1, RFC 5182 §2.1, RFC 9394 §3.1, RFC 5267 §4, RFC 6203 §4).</summary>
/// <param name="Partial">Which of the results; null where all are wanted, or none.</param>
/// <param name="NewItems">What is told of messages that come and match (RFC 5465 §7); null for nothing.</param>
sealed record SearchReturn(SearchReturns Items, PartialRange? Partial, FetchItems? NewItems = null)
{
    public static readonly SearchReturn None = new(SearchReturns.None, null);

    /// <summary>Nothing is told now (RFC 5182 §2.1).</summary>
    public bool IsSilent =>
        Has(SearchReturns.Save) && (Items & ~(SearchReturns.Update | SearchReturns.Context)) == SearchReturns.Save;

    public bool Has(SearchReturns item) => Items.HasFlag(item);

    /// <summary><c>SP "(" [search-return-opt *(SP search-return-opt)] ")"</c>.</summary>
    public static SearchReturn Parse(ref ImapReader reader)
    {
        var asked = None;
        reader.ExpectSP();
        reader.ExpectChar('(');
        while (!reader.Char(')'))
        {
            if (asked.Items != SearchReturns.None)
                reader.ExpectSP();
            asked = asked.With(ExpectItem(ref reader), ref reader);
        }
        if (asked.Has(SearchReturns.Partial) && asked.Has(SearchReturns.All))
            throw new SyntaxException("PARTIAL and ALL do not go together"); // RFC 9394 §3.1
        return asked.Items == SearchReturns.None ? asked with { Items = SearchReturns.All } : asked; // RFC 4731 §3.1
    }

    /// <summary>The messages that the answer is about, which are those that it saves (RFC 5182 §2.4, RFC 9394 §3.2).</summary>
    public IndexRanges About(IndexRanges found)
    {
        var some = SearchReturns.Min | SearchReturns.Max | SearchReturns.Partial;
        if (found.IsEmpty || Has(SearchReturns.All) || Has(SearchReturns.Count) || (Items & some) == SearchReturns.None)
            return found;
        var about = new List<(int, int)>();
        if (Has(SearchReturns.Min))
            about.AddRange(found.First().Ranges);
        if (Has(SearchReturns.Max))
            about.AddRange(found.Last().Ranges);
        if (Partial is { } partial)
            about.AddRange(partial.Of(found).Ranges);
        return IndexRanges.Of(about);
    }

    SearchReturn With(SearchReturns item, ref ImapReader reader)
    {
        if (item == SearchReturns.Update)
            return this with { Items = Items | item, NewItems = ParseNewItems(ref reader) };
        if (item != SearchReturns.Partial)
            return this with { Items = Items | item };
        if (Partial is not null)
            throw new SyntaxException("PARTIAL stands once"); // RFC 9394 §3.1
        reader.ExpectSP();
        return this with { Items = Items | item, Partial = PartialRange.Parse(ref reader) };
    }

    /// <summary><c>modifier-update</c>: RFC 5465's grammar has no space there, its example has one.</summary>
    static FetchItems? ParseNewItems(ref ImapReader reader)
    {
        if (reader.Rest.StartsWith(" ("u8))
            reader.ExpectSP();
        return reader.Peek('(') ? FetchItems.Parse(ref reader) : null;
    }

    static SearchReturns ExpectItem(ref ImapReader reader) =>
        reader.Label("MIN"u8) ? SearchReturns.Min
        : reader.Label("MAX"u8) ? SearchReturns.Max
        : reader.Label("COUNT"u8) ? SearchReturns.Count
        : reader.Label("ALL"u8) ? SearchReturns.All
        : reader.Label("SAVE"u8) ? SearchReturns.Save
        : reader.Label("PARTIAL"u8) ? SearchReturns.Partial
        : reader.Label("RELEVANCY"u8) ? SearchReturns.Relevancy
        : reader.Label("UPDATE"u8) ? SearchReturns.Update
        : reader.Label("CONTEXT"u8) ? SearchReturns.Context
        : throw reader.Expected("a return option");
}
