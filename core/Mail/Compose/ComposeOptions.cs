namespace Cloud.Mail.Compose;

/// <summary>How header text beyond ASCII is written.</summary>
public enum HeaderForm
{
    /// <summary>Encoded words, RFC 2231 and A-labels. An address or id that needs more is refused.</summary>
    Ascii,

    /// <summary>As UTF-8, for peers with SMTPUTF8: RFC 6532.</summary>
    Utf8,

    /// <summary>As <see cref="Ascii"/>; an address that needs more is shown before an empty group, ids as text: RFC 6857 §3.</summary>
    Downgraded,
}

/// <param name="Headers">How header text beyond ASCII is written.</param>
/// <param name="EightBit">The message will travel by 8BITMIME (RFC 6152): text may stay as it is.</param>
public sealed record ComposeOptions(HeaderForm Headers = HeaderForm.Ascii, bool EightBit = false)
{
    public static readonly ComposeOptions Default = new();
}

/// <summary>What was written.</summary>
/// <param name="Size">Octets.</param>
/// <param name="IsEightBit">A body, or a header within it, holds octets beyond ASCII: send it with BODY=8BITMIME.</param>
/// <param name="HasUtf8Headers">A header holds text beyond ASCII: send it with SMTPUTF8.</param>
public sealed record ComposedMessage(long Size, bool IsEightBit, bool HasUtf8Headers);
