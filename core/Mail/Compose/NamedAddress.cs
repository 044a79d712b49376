namespace Cloud.Mail.Compose;

/// <summary>An address to write, with the name shown beside it. RFC 5322 §3.4 mailbox.</summary>
public sealed record NamedAddress(EmailAddress Address, string? Name = null);

/// <summary>Addresses under a common name, or (name null) without one: RFC 5322 §3.4 group, RFC 8621 §4.1.2.4.</summary>
public sealed record AddressGroup(string? Name, IReadOnlyList<NamedAddress> Members);
