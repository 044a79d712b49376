namespace Cloud.Mail.Headers;

/// <summary>One entry of an address list in the four fields of an IMAP ENVELOPE. RFC 9051 §7.5.2.</summary>
/// <remarks>
/// A group is its start (<see cref="Mailbox"/> is the group's name, <see cref="Host"/> nil), its members, and its
/// end (both nil). A member or plain address always has a host; it is empty where the header gave none.
/// </remarks>
/// <param name="Name">Display name, quotes removed, encoded words still encoded; nil if none. A comment
/// stands in for a missing name.</param>
/// <param name="Adl">Source route of obsolete syntax (<c>@a,@b</c>); nil if none.</param>
/// <param name="Mailbox">Local part, quotes removed.</param>
/// <param name="Host">Domain as written.</param>
public readonly record struct Address(Octets Name, Octets Adl, Octets Mailbox, Octets Host)
{
    public static readonly Address GroupEnd;

    public bool IsGroupStart => Host.IsNil && !Mailbox.IsNil;
    public bool IsGroupEnd => Host.IsNil && Mailbox.IsNil;
    public bool IsMailbox => !Host.IsNil;

    /// <summary><c>mailbox@host</c>, or the mailbox alone where the host is missing.</summary>
    public string Spec => Host.IsNilOrEmpty ? Mailbox.ToString() : $"{Mailbox}@{Host}";
}
