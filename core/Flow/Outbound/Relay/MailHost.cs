using System.Net;
using Cloud.Dns;

namespace Cloud.Flow.Outbound.Relay;

/// <summary>A host that takes a domain's mail.</summary>
/// <param name="Name">As records name it; null for an address literal.</param>
/// <param name="Literal">Of a domain such as <c>[192.0.2.1]</c> (RFC 5321 §4.1.3); null otherwise.</param>
/// <param name="IsSecure">Whether the answer that named it was authenticated (RFC 7672 §2.2.1).</param>
public sealed record MailHost(DnsName? Name, IPAddress? Literal, bool IsSecure)
{
    public override string ToString() => Name?.ToString().TrimEnd('.') ?? $"[{Literal}]";
}

/// <summary>Why mail cannot go where it should, in the sender's words.</summary>
/// <param name="IsPermanent">False: another time it may.</param>
/// <param name="Status">RFC 3463.</param>
/// <param name="Reason">For the sender and the trace.</param>
public sealed record RouteFault(bool IsPermanent, string Status, string Reason);

/// <summary>Where a domain's mail goes.</summary>
/// <param name="Hosts">To be tried in this order; none where there is a fault.</param>
public sealed record MailRoute(IReadOnlyList<MailHost> Hosts, RouteFault? Fault)
{
    public static MailRoute To(IReadOnlyList<MailHost> hosts) => new(hosts, null);

    public static MailRoute Fails(string status, string reason) => new([], new(true, status, reason));

    public static MailRoute Waits(string status, string reason) => new([], new(false, status, reason));
}
