namespace Cloud.Trust.Dmarc;

/// <summary>What the owner of a domain asks for when a message fails. RFC 7489 §6.3. Later ones are stricter.</summary>
public enum DmarcPolicy
{
    None,
    Quarantine,
    Reject,
}

/// <summary>How near an authenticated domain must be to the author's. RFC 7489 §3.1.</summary>
public enum Alignment
{
    /// <summary>The same organizational domain.</summary>
    Relaxed,

    /// <summary>The same domain.</summary>
    Strict,
}

/// <summary>For which failures the owner wants reports. RFC 7489 §6.3.</summary>
[Flags]
public enum FailureOptions
{
    None = 0,

    /// <summary><c>0</c>: nothing passed and was aligned.</summary>
    All = 1,

    /// <summary><c>1</c>: something did not pass, or was not aligned.</summary>
    Any = 2,

    /// <summary><c>d</c>: a signature did not verify.</summary>
    Dkim = 4,

    /// <summary><c>s</c>: SPF did not pass.</summary>
    Spf = 8,
}

/// <summary>Whether a domain is one below which others register. RFC 9989 §4.7.</summary>
public enum PublicSuffixFlag
{
    Unknown,
    Yes,
    No,
}

public static class DmarcTexts
{
    /// <summary>As records and reports write it.</summary>
    public static string ToText(this DmarcPolicy policy) =>
        policy switch
        {
            DmarcPolicy.Reject => "reject",
            DmarcPolicy.Quarantine => "quarantine",
            _ => "none",
        };

    /// <summary>As Authentication-Results writes it. RFC 7489 §11.2.</summary>
    public static string ToText(this DmarcResult result) =>
        result switch
        {
            DmarcResult.Pass => "pass",
            DmarcResult.Fail => "fail",
            DmarcResult.TempError => "temperror",
            DmarcResult.PermError => "permerror",
            _ => "none",
        };
}
