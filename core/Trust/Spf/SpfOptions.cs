namespace Cloud.Trust.Spf;

/// <summary>How much a check may cost. The defaults are the standard's; others are for tests and for trouble.</summary>
public sealed record SpfOptions
{
    /// <summary>Terms that ask the domain name system, in all records together. RFC 7208 §4.6.4.</summary>
    public int MaxLookups { get; init; } = 10;

    /// <summary>Terms whose questions find nothing. RFC 7208 §4.6.4.</summary>
    public int MaxVoidLookups { get; init; } = 2;

    /// <summary>Hosts of an <c>mx</c>: more are an error. RFC 7208 §4.6.4.</summary>
    public int MaxExchanges { get; init; } = 10;

    /// <summary>Names of the client: more are not looked at. RFC 7208 §4.6.4.</summary>
    public int MaxPointers { get; init; } = 10;

    /// <summary>Whether a failure's explanation is looked up: a question more, for whoever passes it on. RFC 7208 §6.2.</summary>
    public bool Explains { get; init; } = true;

    /// <summary>Characters of an explanation, cut there: a reply line of SMTP has 512 octets (RFC 5321 §4.5.3.1.5).</summary>
    public int MaxExplanation { get; init; } = 400;

    /// <summary>Time for one check, after which it is a temporary error. RFC 7208 §4.6.4 asks for at least 20 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(20);
}
