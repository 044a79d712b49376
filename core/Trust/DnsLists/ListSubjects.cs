namespace Cloud.Trust.DnsLists;

/// <summary>Whose address or domain a list is asked for.</summary>
[Flags]
public enum ListSubjects
{
    None = 0,

    /// <summary>The address of the SMTP client.</summary>
    Client = 1,

    /// <summary>The name it called itself.</summary>
    Helo = 2,

    /// <summary>The domain of the reverse path.</summary>
    MailFrom = 4,

    /// <summary>The domains of the From field.</summary>
    From = 8,

    /// <summary>The domains whose DKIM signatures verified.</summary>
    Dkim = 16,

    /// <summary>Hosts of links in the text.</summary>
    Url = 32,

    /// <summary>All but the address.</summary>
    Domains = Helo | MailFrom | From | Dkim | Url,
}
