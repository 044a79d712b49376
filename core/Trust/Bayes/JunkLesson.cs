namespace Cloud.Trust.Bayes;

/// <summary>What a move of a message teaches.</summary>
public static class JunkLesson
{
    /// <param name="from">Where the message was.</param>
    /// <param name="to">Where its reader moved it, or copied it.</param>
    /// <returns>Null where it teaches nothing.</returns>
    /// <remarks>
    /// Into Junk: it is. Out of Junk: it is not, unless it is thrown away. From the inbox into a folder somebody has made, or
    /// Archive: it was worth keeping, which is how wanted mail is learned by those who never find any in Junk.
    /// </remarks>
    public static JunkClass? OfMove(JunkPlace from, JunkPlace to) =>
        (from, to) switch
        {
            (JunkPlace.Junk, JunkPlace.Junk or JunkPlace.Trash) => null,
            (_, JunkPlace.Junk) => JunkClass.Spam,
            (JunkPlace.Junk, _) => JunkClass.Ham,
            (JunkPlace.Inbox, JunkPlace.Kept) => JunkClass.Ham,
            _ => null,
        };
}

/// <summary>What a mailbox is for, as far as it teaches something.</summary>
public enum JunkPlace
{
    Inbox,
    Junk,
    Trash,

    /// <summary>Archive and mailboxes without a role (RFC 6154 §2).</summary>
    Kept,

    /// <summary>Drafts and Sent: one's own words.</summary>
    Own,
}
