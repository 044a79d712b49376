namespace Cloud.Store.Messages;

/// <summary>A message as one mailbox knows it: a placement. What never changes is in its <see cref="Email"/>.</summary>
/// <param name="ModSeq">The account's revision that last changed this entry (RFC 7162 §3.1), 63 bits.</param>
/// <param name="Keywords">Bit n stands for the n-th name of the mailbox's keyword table.</param>
/// <param name="Size">RFC822.SIZE: octets as stored.</param>
/// <param name="Received">INTERNALDATE, seconds since 1970 UTC.</param>
/// <param name="Saved">SAVEDATE (RFC 8514), seconds since 1970 UTC.</param>
public readonly record struct MessageEntry(
    uint Uid,
    MessageFlags Flags,
    ulong ModSeq,
    ulong Keywords,
    EmailId Email,
    long Size,
    long Received,
    long Saved
);
