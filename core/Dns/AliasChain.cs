using Cloud.Dns.Messages;

namespace Cloud.Dns;

/// <summary>What a question has led to so far: aliases within a message, and from one message to the next.</summary>
/// <param name="type">The type that is asked.</param>
/// <param name="name">The name that is asked.</param>
/// <param name="trustsAuthenticated">Whether the AD bit counts.</param>
sealed class AliasChain(DnsName name, RecordType type, bool trustsAuthenticated)
{
    /// <summary>Aliases followed: 11, as unbound has it. RFC 1034 §3.6.2 wants loops to be told as errors.</summary>
    public const int MaxAliases = 11;

    readonly List<DnsName> names = [name];
    TimeSpan timeToLive = TimeSpan.MaxValue;
    bool isAuthenticated = trustsAuthenticated;

    /// <summary>What has to be asked next.</summary>
    public Question Next => new(End, type);

    DnsName End => names[^1];

    /// <summary>Takes a message that answers <see cref="Next"/>.</summary>
    public ChainStep Read(DnsMessage message)
    {
        if (message.Code is not (ResponseCode.NoError or ResponseCode.NameError))
            return ChainStep.Bad(message.Code.ToText() + (message.Explanation is { } why ? $" ({why})" : ""));
        if (IsReferral(message))
            return ChainStep.Bad("a referral, not an answer: no recursion");

        isAuthenticated &= message.IsAuthenticated;
        var known = names.Count;
        while (true)
        {
            var records = message.Answers.Where(record => record.Type == type && record.Name == End).ToList();
            if (records.Count > 0)
                return Done(DnsAnswer.Of(End, type, TypedRecords.Of(type, records)), Shortest(records));
            if (message.Answers.OfType<CnameRecord>().FirstOrDefault(record => record.Name == End) is not { } alias)
                break;
            timeToLive = TimeSpan.FromTicks(Math.Min(timeToLive.Ticks, alias.TimeToLive.Ticks));
            if (names.Contains(alias.Target))
                return Dead("aliases that lead to each other");
            if (names.Count > MaxAliases)
                return Dead("too many aliases");
            names.Add(alias.Target);
        }

        var zone = message.Authorities.OfType<SoaRecord>().FirstOrDefault(record => End.IsAtOrBelow(record.Name));
        if (message.Code == ResponseCode.NameError) // Of the last name: RFC 2308 §2.1.
            return Done(DnsAnswer.NoSuchName(End, type), Negative(zone));
        return zone is not null || names.Count == known
            ? Done(DnsAnswer.NoData(End, type), Negative(zone))
            : ChainStep.Further;
    }

    /// <summary>RFC 2308 §2.2: no answer, and servers named without the zone's SOA.</summary>
    static bool IsReferral(DnsMessage message) =>
        message is { Code: ResponseCode.NoError, Answers: [] }
        && message.Authorities.Any(record => record.Type == RecordType.Ns)
        && !message.Authorities.Any(record => record.Type == RecordType.Soa);

    static TimeSpan Shortest(List<ResourceRecord> records) => records.Min(record => record.TimeToLive);

    /// <summary>RFC 2308 §5: the lesser of the SOA's own time and its MINIMUM; without a SOA nothing is kept.</summary>
    static TimeSpan? Negative(SoaRecord? zone) =>
        zone is null
            ? null
            : TimeSpan.FromSeconds(Math.Min(zone.TimeToLive.TotalSeconds, Math.Min(zone.Minimum, int.MaxValue)));

    ChainStep Done(DnsAnswer answer, TimeSpan? time)
    {
        if (time < timeToLive)
            timeToLive = time.Value;
        var longest = answer.IsAnswer ? TimesToLive.Max : TimesToLive.MaxNegative;
        return ChainStep.Done(
            answer with
            {
                Authenticated = isAuthenticated,
                TimeToLive = time is null ? TimeSpan.Zero : TimesToLive.Bound(timeToLive, longest),
            }
        );
    }

    /// <summary>No server can answer otherwise: it lies in the zones.</summary>
    ChainStep Dead(string reason) =>
        ChainStep.Done(DnsAnswer.Failure(name, type, reason) with { TimeToLive = TimesToLive.Failure });
}

/// <summary>What a message brought.</summary>
/// <param name="Answer">The end of the look-up.</param>
/// <param name="Fault">The server is of no use for this question: another may be.</param>
readonly record struct ChainStep(DnsAnswer? Answer, string? Fault)
{
    /// <summary>Aliases lead to a name that has to be asked by a message of its own.</summary>
    public static ChainStep Further => default;

    public static ChainStep Done(DnsAnswer answer) => new(answer, null);

    public static ChainStep Bad(string fault) => new(null, fault);
}
