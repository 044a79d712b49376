using Cloud.Dns;

namespace Cloud.Trust.MtaSts;

/// <summary>What a domain asks of those who send to it, and how that was found.</summary>
/// <param name="Domain">The recipient's, A-labels in lower case.</param>
/// <param name="Policy">In force; null for none.</param>
/// <param name="Fault">What kept the policy from being read now, although one is announced; for reports (RFC 8460).</param>
/// <param name="Steps">For the trace.</param>
public sealed record MtaStsVerdict(string Domain, MtaStsPolicy? Policy, PolicyFault Fault, IReadOnlyList<string> Steps)
{
    /// <summary>What a sender has to do with a host of the domain's MX records. RFC 8461 §4, §5.</summary>
    public MtaStsDemand Of(DnsName host) =>
        Policy switch
        {
            null or { Mode: MtaStsMode.None } => MtaStsDemand.Nothing,
            { Mode: MtaStsMode.Enforce } => Policy.Matches(host) ? MtaStsDemand.Authenticate : MtaStsDemand.Skip,
            _ => Policy.Matches(host) ? MtaStsDemand.TryToAuthenticate : MtaStsDemand.ReportMismatch,
        };
}

/// <summary>What a sender has to do with a host.</summary>
public enum MtaStsDemand
{
    /// <summary>What it does without a policy: TLS where it is offered.</summary>
    Nothing,

    /// <summary>Deliver in any case; report it when TLS, name or certificate fail.</summary>
    TryToAuthenticate,

    /// <summary>Deliver in any case, and report that the policy does not name the host.</summary>
    ReportMismatch,

    /// <summary>TLS with a certificate for the host that a public authority vouches for, or no delivery to it.</summary>
    Authenticate,

    /// <summary>No delivery to this host, since the policy does not name it; report it.</summary>
    Skip,
}
