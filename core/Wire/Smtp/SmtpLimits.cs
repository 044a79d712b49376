namespace Cloud.Wire.Smtp;

/// <summary>What a server may make the client read or hold.</summary>
public static class SmtpLimits
{
    /// <summary>Octets of a reply line with its end. RFC 5321 §4.5.3.1.5 has 512; servers that write essays exist.</summary>
    public const int ReplyLine = 2048;

    /// <summary>Lines of a reply. EHLO has some twenty, essays of refusal ten.</summary>
    public const int ReplyLines = 100;

    /// <summary>Octets of a reply that are kept; the rest is read and dropped.</summary>
    public const int ReplyText = 8192;

    /// <summary>Octets of a transcript. Beyond, the middle is left out.</summary>
    public const int Transcript = 16 * 1024;

    /// <summary>Octets of commands sent before their replies are read. RFC 2920 §3.1: they must fit into TCP's window.</summary>
    public const int Group = 16 * 1024;

    /// <summary>Octets of a command line with its end, when it carries no parameters (RFC 5321 §4.5.3.1.4).</summary>
    public const int CommandLine = 512;

    /// <summary>Steps of an AUTH exchange: no mechanism here has more than three.</summary>
    public const int AuthenticationSteps = 5;

    /// <summary>BDAT chunks sent before their replies are read: 1 MiB on the way at most.</summary>
    public const int ChunksAhead = 16;
}
