namespace Cloud.Listener.Imap.Selected;

/// <summary>What of the selected mailbox's changes the client is told at the moment.</summary>
[Flags]
enum Telling
{
    Nothing = 0,

    /// <summary>Not during commands that use sequence numbers (RFC 9051 §7.5.1).</summary>
    Expunges = 1,
    Arrivals = 2,
    Flags = 4,

    All = Expunges | Arrivals | Flags,
}
