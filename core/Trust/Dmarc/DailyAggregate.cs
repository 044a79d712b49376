using System.Collections.Immutable;
using System.Net;

namespace Cloud.Trust.Dmarc;

/// <summary>What messages have in common that are counted together. RFC 7489 Appendix C: row, identifiers, auth_results.</summary>
/// <param name="Source">The client's address.</param>
/// <param name="Disposition">What was done.</param>
/// <param name="Override">Why it was not more.</param>
/// <param name="DkimAligned">Whether a signature passed and was aligned.</param>
/// <param name="SpfAligned">Whether SPF passed and was aligned.</param>
/// <param name="HeaderFrom">The author's domain.</param>
/// <param name="EnvelopeFrom">The MAIL FROM domain; empty for the null sender.</param>
/// <param name="Dkim">Signatures as <c>domain/selector=result</c>, sorted, a space between each two.</param>
/// <param name="Spf">As <c>mfrom:domain=result</c>, or <c>helo:domain=result</c> for the null sender; empty where nothing was checked.</param>
public sealed record AggregateRow(
    IPAddress Source,
    DmarcPolicy Disposition,
    PolicyOverride Override,
    bool DkimAligned,
    bool SpfAligned,
    string HeaderFrom,
    string EnvelopeFrom,
    string Dkim,
    string Spf
);

/// <summary>The messages of one day for one policy, as counts. Never changes; two of them make a third.</summary>
/// <param name="Day">UTC.</param>
/// <param name="PolicyDomain">Whose record it is, in lower case.</param>
/// <param name="Record">The record as it was last seen.</param>
public sealed record DailyAggregate(DateOnly Day, string PolicyDomain, DmarcRecord Record)
{
    /// <summary>Rows of a day: a report of this many has about 5 MiB. What is beyond is counted, not told apart.</summary>
    public const int MaxRows = 10_000;

    /// <summary>Messages by what they have in common.</summary>
    public ImmutableDictionary<AggregateRow, long> Rows { get; init; } = ImmutableDictionary<AggregateRow, long>.Empty;

    /// <summary>Messages that found no place in the rows.</summary>
    public long Others { get; init; }

    /// <summary>All messages.</summary>
    public long Total => Rows.Values.Sum() + Others;

    public DailyAggregate Add(AggregateRow row, long count = 1)
    {
        if (Rows.TryGetValue(row, out var before))
            return this with { Rows = Rows.SetItem(row, before + count) };
        return Rows.Count < MaxRows ? this with { Rows = Rows.Add(row, count) } : this with { Others = Others + count };
    }

    /// <summary>The sum of two, in whichever order; the record is the other's, which is the later one.</summary>
    /// <exception cref="ArgumentException">They are of different days or domains.</exception>
    public DailyAggregate Merge(DailyAggregate other)
    {
        if (other.Day != Day || other.PolicyDomain != PolicyDomain)
            throw new ArgumentException("Of another day or domain.", nameof(other));
        var sum = this with { Record = other.Record, Others = Others + other.Others };
        foreach (var (row, count) in other.Rows)
            sum = sum.Add(row, count);
        return sum;
    }
}
