using System.Net;

namespace Cloud.Trust.Dmarc;

/// <summary>An aggregate report, as its recipient reads it. RFC 7489 Appendix C.</summary>
/// <param name="Organization">Who reports, as it calls itself.</param>
/// <param name="Contact">Its mail address; empty for none.</param>
/// <param name="Id">Unlike any other of its reports.</param>
/// <param name="Begin">UTC.</param>
/// <param name="End">UTC.</param>
/// <param name="Domain">Whose record it is about, as written.</param>
/// <param name="Policy">That was published for it.</param>
/// <param name="Records">At most <see cref="MaxRecords"/>.</param>
/// <param name="Omitted">Messages of records beyond these.</param>
public sealed record AggregateReport(
    string Organization,
    string Contact,
    string Id,
    DateTimeOffset Begin,
    DateTimeOffset End,
    string Domain,
    DmarcPolicy Policy,
    IReadOnlyList<AggregateReport.Record> Records,
    long Omitted
)
{
    /// <summary>Octets of XML that are read: large senders' reports have some 10 MiB at most. RFC 7489 leaves it open.</summary>
    public const int MaxLength = 20 * 1024 * 1024;

    /// <summary>Records that are read, as many as ours have at most.</summary>
    public const int MaxRecords = DailyAggregate.MaxRows;

    /// <summary>Messages of a record: what anybody may count, so that all of them still have a sum.</summary>
    public const long MaxCount = 1_000_000_000;

    /// <summary>Characters of a text; names have at most 255.</summary>
    public const int MaxText = 255;

    public long Total => Records.Sum(record => record.Count) + Omitted;

    /// <summary>Messages that passed: aligned by one of the two.</summary>
    public long Passed => Records.Where(record => record.IsPass).Sum(record => record.Count);

    /// <param name="Count">Messages.</param>
    /// <param name="Disposition">What was done with them.</param>
    /// <param name="DkimAligned">A signature passed and was aligned.</param>
    /// <param name="SpfAligned">SPF passed and was aligned.</param>
    public sealed record Record(
        IPAddress Source,
        long Count,
        DmarcPolicy Disposition,
        bool DkimAligned,
        bool SpfAligned,
        string HeaderFrom
    )
    {
        public bool IsPass => DkimAligned || SpfAligned;
    }
}
