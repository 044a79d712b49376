namespace Cloud.Mail.SevenBit;

/// <summary>Why a message cannot be put into 7 bit.</summary>
/// <param name="Status">Enhanced status code (RFC 3463): 5.6.3, or 5.6.7 for a header.</param>
/// <param name="Reason">For whoever sent it: what stands against it, to follow "and".</param>
public sealed record SevenBitRefusal(string Status, string Reason)
{
    internal static readonly SevenBitRefusal Header = new(
        "5.6.7",
        "its header has characters that only a server with SMTPUTF8 takes"
    );

    internal static readonly SevenBitRefusal Signed = new(
        "5.6.3",
        "a part of it is signed and would not verify once it is converted"
    );

    internal static readonly SevenBitRefusal Fixed = new("5.6.3", "a part of it may not be encoded (RFC 2046 §5.2)");

    internal static readonly SevenBitRefusal TooMuch = new(
        "5.6.3",
        "its header or its parts are too many to be converted"
    );
}
