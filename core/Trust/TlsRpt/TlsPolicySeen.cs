namespace Cloud.Trust.TlsRpt;

/// <summary>Which kind of policy a session was held to. RFC 8460 §4.2.</summary>
public enum TlsPolicyKind
{
    /// <summary>Neither of the two: opportunistic TLS.</summary>
    None,
    Tlsa,
    Sts,
}

/// <summary>The policy that a session was held to, as far as reports tell it.</summary>
/// <param name="Kind">Of the policy.</param>
/// <param name="Text">
/// Lines of the MTA-STS policy, or a TLSA record each, with a line feed between each two; bounded, see <see cref="Of"/>.
/// </param>
/// <param name="Hosts">Patterns of the MTA-STS policy, with a line feed between each two.</param>
public sealed record TlsPolicySeen(TlsPolicyKind Kind, string Text, string Hosts)
{
    /// <summary>Characters of each of the two; what is beyond is left out, in whole lines.</summary>
    public const int MaxLength = 4000;

    /// <summary>Neither DANE nor MTA-STS.</summary>
    public static readonly TlsPolicySeen Nothing = new(TlsPolicyKind.None, "", "");

    public static TlsPolicySeen Of(TlsPolicyKind kind, IEnumerable<string> text, IEnumerable<string> hosts) =>
        new(kind, Joined(text), Joined(hosts));

    public static TlsPolicySeen Of(MtaSts.MtaStsPolicy policy) =>
        Of(TlsPolicyKind.Sts, policy.ToText().TrimEnd('\n').Split('\n'), policy.Hosts);

    public static TlsPolicySeen Of(IEnumerable<Dns.TlsaRecord> records) =>
        Of(TlsPolicyKind.Tlsa, records.Select(record => record.Data).Order(StringComparer.Ordinal), []);

    static string Joined(IEnumerable<string> lines)
    {
        var length = 0;
        return string.Join('\n', lines.TakeWhile(line => (length += line.Length + 1) <= MaxLength));
    }
}

/// <summary>What failed sessions have in common that are counted together. RFC 8460 §4.4.</summary>
/// <param name="Result">Why.</param>
/// <param name="SendingAddress">Ours; empty where unknown.</param>
/// <param name="Host">Of the MX record.</param>
/// <param name="Address">The host's; empty where nobody was connected.</param>
/// <param name="Reason">In words or as TLS has it; bounded. Empty for none.</param>
public sealed record TlsFailureSeen(
    TlsFailure Result,
    string SendingAddress,
    string Host,
    string Address,
    string Reason
)
{
    /// <summary>Characters of a reason: it may hold what a stranger wrote.</summary>
    const int MaxReason = 200;

    public string Reason { get; } = Reason.Length > MaxReason ? Reason[..MaxReason] : Reason;
}
