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
)
{
    /// <summary>Octets of one in memory, about: a stranger chooses how long its names are.</summary>
    internal int Octets => 200 + 2 * (HeaderFrom.Length + EnvelopeFrom.Length + Dkim.Length + Spf.Length);

    /// <summary>An order of all rows, always the same.</summary>
    internal static int Compare(AggregateRow left, AggregateRow right)
    {
        var (first, second) = (left.Source.GetAddressBytes(), right.Source.GetAddressBytes());
        var order = first.AsSpan().SequenceCompareTo(second);
        order = order != 0 ? order : string.CompareOrdinal(left.HeaderFrom, right.HeaderFrom);
        order = order != 0 ? order : string.CompareOrdinal(left.EnvelopeFrom, right.EnvelopeFrom);
        order = order != 0 ? order : string.CompareOrdinal(left.Dkim, right.Dkim);
        order = order != 0 ? order : string.CompareOrdinal(left.Spf, right.Spf);
        return order != 0 ? order : Flags(left).CompareTo(Flags(right));
    }

    static (DmarcPolicy, PolicyOverride, bool, bool) Flags(AggregateRow row) =>
        (row.Disposition, row.Override, row.DkimAligned, row.SpfAligned);
}

/// <summary>The messages of one day for one policy, as counts. Never changes; two of them make a third.</summary>
/// <param name="Day">UTC.</param>
/// <param name="PolicyDomain">Whose record it is, in lower case.</param>
/// <param name="Record">The record as it was last seen.</param>
public sealed record DailyAggregate(DateOnly Day, string PolicyDomain, DmarcRecord Record)
{
    /// <summary>Rows of a day: a report of this many has about 5 MiB. What is beyond is counted, not told apart.</summary>
    public const int MaxRows = 10_000;

    /// <summary>Octets of all rows in memory, about: twice what as many rows of usual names have.</summary>
    public const int MaxOctets = 8 * 1024 * 1024;

    /// <summary>Octets of the record and the rest, about.</summary>
    const int Frame = 2 * 1024;

    readonly ImmutableDictionary<AggregateRow, long> rows = ImmutableDictionary<AggregateRow, long>.Empty;

    /// <summary>Messages by what they have in common.</summary>
    public ImmutableDictionary<AggregateRow, long> Rows
    {
        get => rows;
        init => (rows, Octets) = (value, Frame + value.Keys.Sum(row => row.Octets));
    }

    /// <summary>Octets in memory, about.</summary>
    public int Octets { get; private init; } = Frame;

    /// <summary>Messages that found no place in the rows.</summary>
    public long Others { get; init; }

    DailyAggregate(DailyAggregate other, ImmutableDictionary<AggregateRow, long> changed, int octets)
        : this(other) => (rows, Octets) = (changed, octets);

    /// <summary>All messages.</summary>
    public long Total => Rows.Values.Sum() + Others;

    public DailyAggregate Add(AggregateRow row, long count = 1)
    {
        if (rows.TryGetValue(row, out var before))
            return new(this, rows.SetItem(row, before + count), Octets);
        return rows.Count < MaxRows && Octets + row.Octets <= MaxOctets
            ? new(this, rows.Add(row, count), Octets + row.Octets)
            : this with
            {
                Others = Others + count,
            };
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
