namespace Cloud.Wire.Smtp;

/// <summary>What a server answered. RFC 5321 §4.2.</summary>
/// <param name="Code">200 to 599.</param>
/// <param name="Status">Enhanced status, <c>5.1.1</c>; null when there is none of the code's class. RFC 2034 §3, RFC 3463 §2.</param>
/// <param name="Text">
/// Behind the code, with the status, as sent; lines joined by a line feed. Control characters are replaced, so that it may
/// stand in logs and notices. At most <see cref="SmtpLimits.ReplyText"/> octets of it.
/// </param>
public sealed record SmtpReply(int Code, string? Status, string Text)
{
    /// <summary>2xx.</summary>
    public bool IsPositive => Code is >= 200 and < 300;

    /// <summary>4xx.</summary>
    public bool IsTransient => Code is >= 400 and < 500;

    /// <summary>5xx.</summary>
    public bool IsPermanent => Code >= 500;

    /// <summary>The server is closing the connection (RFC 5321 §3.8).</summary>
    public bool IsClosing => Code == 421;

    /// <summary>The status, or the one that says no more than the code does.</summary>
    public string StatusOrGeneral => Status ?? $"{Code / 100}.0.0";

    /// <summary>On one line.</summary>
    public override string ToString() => Text.Length == 0 ? $"{Code}" : $"{Code} {Text.Replace('\n', ' ')}";
}
