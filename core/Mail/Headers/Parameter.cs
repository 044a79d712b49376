namespace Cloud.Mail.Headers;

/// <summary>One parameter of Content-Type or Content-Disposition, in the order of the header.</summary>
/// <param name="Name">As written; ends in <c>*</c> where the value is RFC 2231's charset'language'percent-encoded.</param>
/// <param name="Value">Quotes removed, continuations joined (RFC 2231 §6 asks it of IMAP servers),
/// otherwise as written.</param>
public readonly record struct Parameter(Octets Name, Octets Value);

/// <summary>Content-Disposition. RFC 2183.</summary>
public sealed record Disposition(Octets Type, IReadOnlyList<Parameter> Parameters);
