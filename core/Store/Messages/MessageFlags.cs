namespace Cloud.Store.Messages;

/// <summary>System flags (RFC 9051 §2.3.2); \Recent belongs to a session, not to the message.</summary>
[Flags]
public enum MessageFlags : byte
{
    None = 0,
    Seen = 1,
    Answered = 2,
    Flagged = 4,
    Deleted = 8,
    Draft = 16,
}
