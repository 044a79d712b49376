namespace Cloud.Dns;

/// <summary>What an answer says.</summary>
public enum AnswerKind
{
    /// <summary>There are records of the type.</summary>
    Answer,

    /// <summary>The name is there, but has none of the type. RFC 2308 §2.2.</summary>
    NoData,

    /// <summary>NXDOMAIN: nothing is at the name or below. RFC 2308 §2.1, RFC 8020.</summary>
    NoSuchName,

    /// <summary>Nobody knows for now: no server answered in time, or all of them failed.</summary>
    TemporaryFailure,
}
