using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Messages;

namespace Cloud.Listener.Imap.Commands;

/// <summary>What SELECT may ask for beside the mailbox (RFC 4466 §2.1, RFC 7162 §3.1.8, §3.2.5).</summary>
/// <param name="Resync">What the client knows already; null when it does not say.</param>
sealed record SelectParameters(bool Condstore, KnownState? Resync)
{
    public static readonly SelectParameters None = new(false, null);

    /// <summary><c>"(" select-param *(SP select-param) ")"</c>.</summary>
    public static SelectParameters Parse(ref ImapReader reader)
    {
        var parameters = None;
        reader.ExpectChar('(');
        do
        {
            if (reader.Label("CONDSTORE"u8))
                parameters = parameters with { Condstore = true };
            else if (parameters.Resync is null && reader.Label("QRESYNC"u8))
                parameters = parameters with { Resync = KnownState.Parse(ref reader) };
            else
                throw reader.Expected("a parameter");
        } while (reader.SP());
        reader.ExpectChar(')');
        return parameters;
    }
}

/// <summary>A mailbox as the client last knew it (RFC 7162 §3.2.5).</summary>
/// <param name="Uids">The messages it knows; null for all that were ever there.</param>
/// <param name="Match">Sequence numbers, and the UIDs it knows them by, in the same order (§3.2.5.2).</param>
sealed record KnownState(
    uint UidValidity,
    ulong ModSeq,
    SequenceSet? Uids,
    (SequenceSet Numbers, SequenceSet Uids)? Match
)
{
    /// <summary><c>SP "(" uidvalidity SP mod-sequence-value [SP known-uids] [SP seq-match-data] ")"</c>.</summary>
    public static KnownState Parse(ref ImapReader reader)
    {
        reader.ExpectSP();
        reader.ExpectChar('(');
        var validity = reader.ExpectNzNumber();
        reader.ExpectSP();
        var modSeq = reader.ExpectModSeq();
        SequenceSet? uids = null;
        (SequenceSet, SequenceSet)? match = null;
        var more = reader.SP();
        if (more && !reader.Peek('('))
        {
            uids = ExpectKnown(ref reader);
            more = reader.SP();
        }
        if (more)
        {
            reader.ExpectChar('(');
            var numbers = ExpectKnown(ref reader);
            reader.ExpectSP();
            match = (numbers, ExpectKnown(ref reader));
            reader.ExpectChar(')');
        }
        reader.ExpectChar(')');
        return new KnownState(validity, modSeq, uids, match);
    }

    /// <summary>UIDs whose removal the client may not have heard of.</summary>
    /// <param name="uidNext">The mailbox's.</param>
    public UidSet Unsure(SequenceView view, uint uidNext)
    {
        var first = LastMatch(view) + 1;
        if (first >= uidNext)
            return UidSet.Empty;
        var rest = UidSet.Of([(first, uidNext - 1)]);
        return Uids is null ? rest : rest.Intersect(Uids.ToUids(uidNext - 1));
    }

    /// <summary>The last message that the client knows by its number: it has heard of what was removed before it.</summary>
    uint LastMatch(SequenceView view)
    {
        if (Match is not var (numbers, uids))
            return 0;
        // However much they span, the numbers end with the view.
        var pairs = Each(numbers).TakeWhile(number => number <= view.Count).Zip(Each(uids));
        return pairs.Aggregate(0U, (last, pair) => view.Uid((int)pair.First - 1) == pair.Second ? pair.Second : last);
    }

    /// <summary>In the order written, which is rising; a second number from 1 on would go through the view again.</summary>
    static IEnumerable<uint> Each(SequenceSet set)
    {
        var last = 0U;
        foreach (var (first, end) in set.Ranges)
        {
            if (first <= last || end < first)
                yield break;
            for (ulong number = first; number <= end; number++)
                yield return (uint)number;
            last = end;
        }
    }

    /// <summary>A set without <c>*</c>: what is known has a number.</summary>
    static SequenceSet ExpectKnown(ref ImapReader reader)
    {
        var set = reader.ExpectSequenceSet();
        return
            !set.IsSaved && set.Ranges.All(range => range.First != SequenceSet.Star && range.Last != SequenceSet.Star)
            ? set
            : throw new SyntaxException("What is known has a number");
    }
}
