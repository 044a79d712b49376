namespace Cloud.Store.Outbox;

/// <summary>A message of the outbox with some of its recipients, as they were read or written.</summary>
/// <param name="Message">Its ETag is null where it is not known: then it is read before it is changed.</param>
/// <param name="Recipients">In the order of their numbers.</param>
sealed record OutboxEntry(TransactionId Id, MessageRow Message, IReadOnlyList<RecipientRow> Recipients);
