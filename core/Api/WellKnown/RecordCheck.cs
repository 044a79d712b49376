using System.Text;
using Cloud.Dns;

namespace Cloud.Api.WellKnown;

/// <summary>What a look-up found of a record.</summary>
public enum RecordState
{
    There,

    /// <summary>Nothing like it is there.</summary>
    Missing,

    /// <summary>Something else stands in its place.</summary>
    Differs,

    /// <summary>No server told.</summary>
    Unknown,

    /// <summary>It is not to be published yet.</summary>
    Later,
}

/// <param name="Remark">What is there instead or besides, or why it is not known; null for nothing to say.</param>
public sealed record RecordFinding(DnsRecord Record, RecordState State, string? Remark = null);

/// <summary>Looks up which of the records are published.</summary>
/// <remarks>
/// Addresses, exchanges and the like may have others beside them. Of texts only one of a version may stand (RFC 7208
/// §4.5, RFC 7489 §6.6.3, RFC 8460 §3): another one is a difference. They are compared by what they mean.
/// </remarks>
public sealed class RecordCheck(IResolver resolver)
{
    /// <summary>Look-ups at a time. Default 32: a home router's forwarder stands that.</summary>
    const int AtATime = 32;

    /// <returns>One for each record, in their order.</returns>
    public async Task<IReadOnlyList<RecordFinding>> RunAsync(IReadOnlyList<DnsRecord> records, CancellationToken cancel)
    {
        var findings = new RecordFinding[records.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancel };
        await Parallel.ForAsync(
            0,
            records.Count,
            options,
            async (i, cancel) => findings[i] = await LookUpAsync(records[i], cancel)
        );
        return findings;
    }

    async ValueTask<RecordFinding> LookUpAsync(DnsRecord record, CancellationToken cancel)
    {
        // A pointer is somebody else's to set, but it is looked at all the same.
        if (record.Pending is not null && record.Type != "PTR")
            return new(record, RecordState.Later, record.Pending);
        var type = Enum.Parse<RecordType>(record.Type, ignoreCase: true);
        var answer = await resolver.QueryAsync(DnsName.Parse(record.Name), type, cancel);
        if (answer.IsFailure)
            return new(record, RecordState.Unknown, answer.Reason);
        return type == RecordType.Txt
            ? OfText(record, [.. answer.Records.OfType<TxtRecord>()])
            : OfOthers(record, [.. answer.Records.Select(one => one.Data)]);
    }

    static RecordFinding OfText(DnsRecord record, TxtRecord[] there)
    {
        var wanted = record.Data[1..^1].Replace("\" \"", "", StringComparison.Ordinal);
        var same = Array.FindAll(there, one => RecordText.IsOfKind(wanted, Text(one)));
        return same switch
        {
            [] => new(record, RecordState.Missing),
            [var one] when RecordText.SameMeaning(wanted, Text(one)) => new(record, RecordState.There),
            _ => new(record, RecordState.Differs, $"there is {string.Join(" and ", same.Select(one => one.Data))}"),
        };
    }

    static string Text(TxtRecord record) => Encoding.UTF8.GetString(record.Text.Span);

    static RecordFinding OfOthers(DnsRecord record, List<string> there)
    {
        var wanted = Plain(record);
        var others = there.Where(data => !data.Equals(wanted, StringComparison.OrdinalIgnoreCase)).ToList();
        var list = string.Join(" and ", others);
        if (others.Count < there.Count)
            return new(record, RecordState.There, others.Count > 0 ? $"beside it is {list}" : null);
        return others.Count > 0
            ? new(record, RecordState.Differs, $"there is {list}")
            : new(record, RecordState.Missing);
    }

    /// <summary>As answers have it: names without their last dot.</summary>
    static string Plain(DnsRecord record) => record.Data.TrimEnd('.');
}
