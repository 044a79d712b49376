namespace Cloud.Wire;

/// <summary>Tells whether a line that is no command was written for another protocol.</summary>
/// <remarks>
/// A browser can be made to send a form to a mail port: its lines after the header might then be commands. So the talk
/// ends at the first line of HTTP, not at the tenth error.
/// </remarks>
public static class ForeignProtocol
{
    /// <summary>HTTP's (RFC 9110 §9.3), PRI of HTTP/2, and those of protocols that look alike.</summary>
    static readonly byte[][] Methods =
    [
        "GET"u8.ToArray(),
        "POST"u8.ToArray(),
        "HEAD"u8.ToArray(),
        "PUT"u8.ToArray(),
        "DELETE"u8.ToArray(),
        "OPTIONS"u8.ToArray(),
        "CONNECT"u8.ToArray(),
        "TRACE"u8.ToArray(),
        "PATCH"u8.ToArray(),
        "PRI"u8.ToArray(),
    ];

    /// <param name="line">Without its CRLF.</param>
    public static bool Speaks(ReadOnlySpan<byte> line)
    {
        // TLS begins with a handshake record of version 3.x, SSH with its name.
        if (line is [0x16, 0x03, ..] || line.StartsWith("SSH-"u8))
            return true;
        foreach (var method in Methods)
        {
            if (line.Length > method.Length && line.StartsWith(method) && line[method.Length] == ' ')
                return IsTarget(line[(method.Length + 1)..]);
        }
        return false;
    }

    /// <summary>A path, an address, <c>*</c> or <c>host:port</c>, then the version.</summary>
    static bool IsTarget(ReadOnlySpan<byte> rest) =>
        rest.IndexOf(" HTTP/"u8) > 0 || rest.IndexOf(" RTSP/"u8) > 0 || rest.IndexOf(" SIP/"u8) > 0;
}
