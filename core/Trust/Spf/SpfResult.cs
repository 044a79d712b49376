namespace Cloud.Trust.Spf;

/// <summary>What a check came to. RFC 7208 §2.6.</summary>
public enum SpfResult
{
    /// <summary>There is no name to check, or nobody says anything about it.</summary>
    None,

    /// <summary>The domain does not say whether the client may.</summary>
    Neutral,

    /// <summary>The client may send for the domain.</summary>
    Pass,

    /// <summary>The client may not.</summary>
    Fail,

    /// <summary>Probably not, says the domain.</summary>
    SoftFail,

    /// <summary>Nobody knows for now: a name server failed, or time ran out.</summary>
    TempError,

    /// <summary>What the domain publishes cannot be read, or asks too much.</summary>
    PermError,
}

public static class SpfResults
{
    /// <summary>As Authentication-Results and Received-SPF write it. RFC 7208 §9.1.</summary>
    public static string ToText(this SpfResult result) =>
        result switch
        {
            SpfResult.None => "none",
            SpfResult.Neutral => "neutral",
            SpfResult.Pass => "pass",
            SpfResult.Fail => "fail",
            SpfResult.SoftFail => "softfail",
            SpfResult.TempError => "temperror",
            _ => "permerror",
        };
}
