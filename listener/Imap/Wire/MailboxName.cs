namespace Cloud.Listener.Imap.Wire;

/// <summary>A mailbox's name in a command.</summary>
/// <param name="Sent">As the client wrote it, decoded.</param>
/// <param name="Canonical">As the store keeps it: in NFC, INBOX in capitals (RFC 9051 §5.1).</param>
readonly record struct MailboxName(string Sent, string Canonical)
{
    /// <exception cref="SyntaxException">Characters that Unicode does not know.</exception>
    public static MailboxName Of(string sent)
    {
        var name = Composed(sent);
        // In whatever case it came, also as the first level of a path.
        var isInbox =
            name.StartsWith("INBOX", StringComparison.OrdinalIgnoreCase) && (name.Length == 5 || name[5] == '/');
        return new(sent, isInbox ? string.Concat("INBOX", name.AsSpan(5)) : name);
    }

    /// <summary>The client has to be told that its name is another one here (RFC 9051 §6.3.9.7).</summary>
    public bool Differs => Sent != Canonical;

    /// <summary>Without the separator at its end, which only says that there will be children.</summary>
    public MailboxName WithoutSeparator() => Canonical.Length > 1 ? new(Trimmed(Sent), Trimmed(Canonical)) : this;

    /// <summary>NFC: an ä is one whether a client sends one character or two (Apple's send two).</summary>
    /// <exception cref="SyntaxException">Characters that Unicode does not know.</exception>
    public static string Composed(string name)
    {
        try
        {
            return name.Normalize();
        }
        catch (ArgumentException)
        {
            throw new SyntaxException("The name has characters that Unicode does not know");
        }
    }

    static string Trimmed(string name) => name.TrimEnd('/');
}
