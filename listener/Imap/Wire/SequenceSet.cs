using Cloud.Store.Messages;

namespace Cloud.Listener.Imap.Wire;

/// <summary>A set of sequence numbers or UIDs as the client wrote it (RFC 9051 §9 sequence-set).</summary>
/// <param name="Ranges">Ends in either order; <see cref="Star"/> is the largest number in use.</param>
sealed record SequenceSet(IReadOnlyList<(uint First, uint Last)> Ranges)
{
    /// <summary><c>*</c>; no number of a message can be 0.</summary>
    public const uint Star = 0;

    /// <summary><c>$</c>: what the last SEARCH that saved has found (RFC 5182 §2.1).</summary>
    public static readonly SequenceSet Saved = new([]);

    public bool IsSaved => ReferenceEquals(this, Saved);

    /// <summary>The ranges with <c>*</c> put in and ends in order; still in the client's order and overlapping.</summary>
    /// <param name="largest">What <c>*</c> stands for.</param>
    public IEnumerable<(uint First, uint Last)> Against(uint largest)
    {
        foreach (var (a, b) in Ranges)
        {
            var (first, last) = (a == Star ? largest : a, b == Star ? largest : b);
            yield return first <= last ? (first, last) : (last, first);
        }
    }

    public UidSet ToUids(uint largest) => UidSet.Of(Against(largest));
}
