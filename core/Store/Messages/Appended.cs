namespace Cloud.Store.Messages;

/// <summary>Who has put a message into a mailbox by APPEND, and may take it out again for a while.</summary>
/// <param name="By">The owner's account or a reader's.</param>
/// <param name="At">Seconds since 1970 UTC.</param>
sealed record Appended(AccountId By, Placement Place, long At);
