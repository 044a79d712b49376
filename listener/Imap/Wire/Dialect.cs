namespace Cloud.Listener.Imap.Wire;

/// <summary>What a client has enabled (RFC 5161): it changes how both sides speak from then on.</summary>
/// <remarks>Reader, writer and the selected mailbox share a session's; only UNAUTHENTICATE takes anything back.</remarks>
sealed class Dialect
{
    /// <summary>IMAP4rev2 in place of IMAP4rev1 (RFC 9051 appendix A).</summary>
    public bool Revision2 { get; private set; }

    /// <summary>UTF8=ACCEPT (RFC 6855 §3).</summary>
    public bool Utf8Accept { get; private set; }

    /// <summary>FETCH responses that come unasked tell mod-sequences and UIDs (RFC 7162 §3.2.4).</summary>
    public bool Condstore { get; private set; }

    /// <summary>VANISHED in place of EXPUNGE (RFC 7162 §3.2.3).</summary>
    public bool QResync { get; private set; }

    /// <summary>Messages go by UID alone (RFC 9586).</summary>
    public bool UidOnly { get; private set; }

    /// <summary>What was removed is told by UID.</summary>
    public bool TellsVanished => QResync || UidOnly;

    /// <summary>Quoted strings and mailbox names are UTF-8, both ways.</summary>
    public bool Utf8 => Revision2 || Utf8Accept;

    /// <summary>Enables what of a capability's name can be enabled.</summary>
    /// <returns>False for one that is not known, or that needs no enabling.</returns>
    public bool Enable(string capability)
    {
        switch (capability)
        {
            case "IMAP4REV2":
                Revision2 = true;
                return true;
            case "UTF8=ACCEPT":
                Utf8Accept = true;
                return true;
            case "CONDSTORE":
                Condstore = true;
                return true;
            case "QRESYNC":
                Condstore = QResync = true;
                return true;
            case "UIDONLY":
                UidOnly = true;
                return true;
            default:
                return false;
        }
    }

    /// <summary>As a connection begins (RFC 8437 §4.1).</summary>
    public void Reset() => Revision2 = Utf8Accept = Condstore = QResync = UidOnly = false;
}
