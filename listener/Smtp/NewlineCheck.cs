namespace Cloud.Listener.Smtp;

/// <summary>Looks for a bare CR or LF in a message that comes in chunks (RFC 3030 §2: text is sent with CRLF).</summary>
sealed class NewlineCheck
{
    bool afterCr;

    public bool HasBareNewline { get; private set; }

    public void Write(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty && !HasBareNewline)
        {
            if (afterCr)
            {
                HasBareNewline = octets[0] != '\n';
                afterCr = false;
                octets = octets[1..];
                continue;
            }

            var newline = octets.IndexOfAny((byte)'\r', (byte)'\n');
            if (newline < 0)
                return;
            afterCr = octets[newline] == '\r';
            HasBareNewline = !afterCr;
            octets = octets[(newline + 1)..];
        }
    }

    /// <summary>The message is over: a CR at its end is a bare one.</summary>
    public void Complete() => HasBareNewline |= afterCr;
}
