namespace Cloud.Store.Mailboxes;

/// <summary>An annotation of a mailbox or of the server (RFC 5464 §3).</summary>
/// <param name="Name">In lower case: names are compared without.</param>
/// <param name="Value">Null for one that is not there, or is to go.</param>
/// <param name="Revision">The account's when it was set or removed; 0 for one that nobody has.</param>
public sealed record MetadataEntry(string Name, ReadOnlyMemory<byte>? Value, ulong Revision = 0);
