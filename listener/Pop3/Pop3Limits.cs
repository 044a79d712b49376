namespace Cloud.Listener.Pop3;

/// <summary>Limits that the protocol sets or that hold memory down.</summary>
static class Pop3Limits
{
    /// <summary>Octets of a command line, CRLF included (RFC 2449 §4).</summary>
    public const int CommandLine = 255;

    /// <summary>Characters of a stranger's name that go into the log: the longest address (RFC 5321 §4.5.3.1).</summary>
    public const int LoggedName = 320;

    /// <summary>Octets written before the peer must have taken them: a few network packets.</summary>
    public const int Unflushed = 16 * 1024;

    /// <summary>Octets of a message held at once on its way out.</summary>
    public const int Chunk = 32 * 1024;
}
