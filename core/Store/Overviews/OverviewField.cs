namespace Cloud.Store.Overviews;

/// <summary>What an overview keeps of a header, in this order; to change it is a new version of the page.</summary>
public enum OverviewField
{
    Date,
    Subject,
    From,
    Sender,
    ReplyTo,
    To,
    Cc,
    Bcc,
    InReplyTo,
    MessageId,

    /// <summary>Message-ids without angle brackets, oldest first.</summary>
    References,
}
