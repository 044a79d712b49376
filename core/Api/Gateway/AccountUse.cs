namespace Cloud.Api.Gateway;

/// <summary>How much mail an account has, and may have.</summary>
/// <param name="Octets">Of its messages, in each mailbox that has them.</param>
/// <param name="Quota">Octets allowed; 0 for no limit.</param>
public sealed record AccountUse(long Octets, long Quota);
