namespace Cloud.Flow.Hooks.Payloads;

/// <summary>What is posted.</summary>
/// <param name="Title">A header field of its own, in ASCII; null for none.</param>
public sealed record HookBody(byte[] Content, string Type, string? Title = null);
