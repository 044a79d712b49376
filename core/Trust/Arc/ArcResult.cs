namespace Cloud.Trust.Arc;

/// <summary>What a chain came to. RFC 8617 §4.4.</summary>
public enum ArcResult
{
    /// <summary>The message has none.</summary>
    None,

    /// <summary>All seals hold, and the message is as the last sealer left it.</summary>
    Pass,

    /// <summary>It does not hold: the same as none (RFC 8617 §5.2).</summary>
    Fail,

    /// <summary>
    /// A key could not be had for now, and nothing else is wrong. The standard calls that a failure (§5.2.1), and so does Authentication-Results; who
    /// may ask the sender to try again can tell it from one.
    /// </summary>
    TempError,
}

public static class ArcResults
{
    /// <summary>As Authentication-Results writes it. RFC 8617 §10.1.</summary>
    public static string ToText(this ArcResult result) =>
        result switch
        {
            ArcResult.None => "none",
            ArcResult.Pass => "pass",
            _ => "fail",
        };
}
