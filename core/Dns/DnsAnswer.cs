namespace Cloud.Dns;

/// <summary>What a look-up came to. Never changes, and may be shared by all who asked.</summary>
public sealed record DnsAnswer
{
    DnsAnswer(AnswerKind kind, DnsName name, RecordType type, IReadOnlyList<ResourceRecord> records) =>
        (Kind, Name, Type, Records) = (kind, name, type, records);

    public AnswerKind Kind { get; }

    /// <summary>The name that the kind and the records are about: the one asked, or the one its aliases lead to.</summary>
    public DnsName Name { get; }

    /// <summary>The type that was asked.</summary>
    public RecordType Type { get; }

    /// <summary>The records at <see cref="Name"/>, in the order of the message; none unless this is an answer.</summary>
    public IReadOnlyList<ResourceRecord> Records { get; }

    /// <summary>Validated with DNSSEC (the AD bit), by a resolver that is configured to be trusted. RFC 6840 §5.8.</summary>
    public bool Authenticated { get; init; }

    /// <summary>How long it was good for when it was new: the shortest of its records, within the resolver's bounds.</summary>
    public TimeSpan TimeToLive { get; init; }

    /// <summary>When that time is over, UTC. An answer of the cache has been there for a part of it.</summary>
    public DateTimeOffset Expires { get; init; }

    /// <summary>Of a failure: why, for traces ("SERVFAIL from 192.0.2.53:53"). Null for all else.</summary>
    public string? Reason { get; private init; }

    public bool IsAnswer => Kind == AnswerKind.Answer;

    public bool IsFailure => Kind == AnswerKind.TemporaryFailure;

    /// <summary>Neither the name nor the type is there: SPF's void look-up (RFC 7208 §4.6.4).</summary>
    public bool IsVoid => Kind is AnswerKind.NoData or AnswerKind.NoSuchName;

    /// <param name="name">Where the records are.</param>
    /// <param name="type">What was asked.</param>
    /// <param name="records">At least one; an array of the records' own type can be read as such without a copy.</param>
    public static DnsAnswer Of(DnsName name, RecordType type, IReadOnlyList<ResourceRecord> records) =>
        records.Count > 0
            ? new(AnswerKind.Answer, name, type, records)
            : throw new ArgumentException("An answer has records.", nameof(records));

    public static DnsAnswer NoData(DnsName name, RecordType type) => new(AnswerKind.NoData, name, type, []);

    public static DnsAnswer NoSuchName(DnsName name, RecordType type) => new(AnswerKind.NoSuchName, name, type, []);

    /// <param name="name">What was asked.</param>
    /// <param name="type">What was asked.</param>
    /// <param name="reason">Short, and fit for a trace.</param>
    public static DnsAnswer Failure(DnsName name, RecordType type, string reason) =>
        new(AnswerKind.TemporaryFailure, name, type, []) { Reason = reason };

    /// <summary>One line for a trace: `MX example.com: 10 mail.example.com`.</summary>
    public override string ToString() =>
        $"{Type.ToText()} {Name}: "
        + Kind switch
        {
            AnswerKind.Answer => string.Join(", ", Records.Select(record => record.Data)),
            AnswerKind.NoData => "no data",
            AnswerKind.NoSuchName => "no such name",
            _ => Reason,
        };
}
