using Cloud.Dns.Messages;

namespace Cloud.Dns.Transport;

/// <summary>What asking a server came to: a message that answers the question, or why there is none.</summary>
readonly record struct Reply(DnsMessage? Message, string? Fault)
{
    /// <summary>Over UDP only: it has to be asked over TCP.</summary>
    public static Reply Truncated => default;

    public static Reply Of(DnsMessage message) => new(message, null);

    public static Reply Failed(string fault) => new(null, fault);

    public bool IsTruncated => Message is null && Fault is null;

    /// <summary>A message whose header and question have been checked.</summary>
    public static Reply Read(ReadOnlySpan<byte> octets) =>
        DnsMessage.TryRead(octets) is { } message ? Of(message) : Failed("a malformed answer");
}
