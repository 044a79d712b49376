namespace Cloud.Trust.Dkim;

/// <summary>What a message may ask of a verifier, and what its keys have to be.</summary>
public sealed record DkimLimits
{
    /// <summary>Signatures evaluated, from the top of the header. Real mail has one to three, and lists add theirs; each costs
    /// a look-up and up to a millisecond. RFC 6376 §8.4 asks for a limit.</summary>
    public int MaxSignatures { get; init; } = 8;

    /// <summary>Octets of a header; a longer one's signatures are not evaluated. As much as the message's index takes.</summary>
    public int MaxHeader { get; init; } = Mail.MessageScanner.MaxHeaderBlock;

    /// <summary>Fields of a header. Real ones have under 200.</summary>
    public int MaxFields { get; init; } = 10_000;

    /// <summary>Bits of the shortest RSA key accepted. RFC 8301 §3.2.</summary>
    public int MinRsaBits { get; init; } = 1024;

    /// <summary>Bits of the longest RSA key. RFC 8301 §3.2 asks for 4096; time rises with the square.</summary>
    public int MaxRsaBits { get; init; } = 4096;

    /// <summary>How far in the future t= may be: clocks set to the wrong zone. RFC 6376 §3.5 leaves it open.</summary>
    public TimeSpan MaxClockSkew { get; init; } = TimeSpan.FromHours(14);
}
