using Cloud.Dns;

namespace Cloud.Trust.Arc;

/// <summary>The outcome of a check of a message's chain of forwarders, and how it came about. RFC 8617 §5.2.</summary>
/// <param name="Result">Only <see cref="ArcResult.Pass"/> says anything.</param>
/// <param name="Reason">One line: what decided.</param>
/// <param name="Sets">From the first forwarder to the last; of a chain that is not sound, those that are whole.</param>
/// <param name="OldestPass">
/// Of a pass: the first forwarder since whom the message was not changed; 0 if all since the first have it the same.
/// </param>
/// <param name="Steps">For the trace.</param>
public sealed record ArcVerdict(
    ArcResult Result,
    string Reason,
    IReadOnlyList<ArcSet> Sets,
    int OldestPass,
    IReadOnlyList<string> Steps
)
{
    public bool IsPass => Result == ArcResult.Pass;

    /// <summary>What the first trusted forwarder saw, where its word still binds the message that is here.</summary>
    /// <remarks>
    /// Seals cover no message: anybody may take a chain from one message and put it on another with a set of his own. So a
    /// set counts only if its own signature still verifies, or every later forwarder is trusted, too, up to one whose does.
    /// A signature that leaves out From or the end of the body does not count. What it saw of `dmarc` is about the From
    /// field of then, which trusted forwarders may have rewritten since: compare header.from before it overrides a policy.
    /// </remarks>
    /// <param name="trusted">Sealing domains, each as in d=; those below it are not meant.</param>
    /// <returns>Null when the chain does not pass, or nobody trusted vouches for the message.</returns>
    public ArcSet? TrustedSet(IReadOnlyCollection<DnsName> trusted) =>
        IsPass ? FirstOf(trusted, set => set.HoldsMessage) : null;

    /// <summary>The same, if whatever is not known for now turned out well: nobody may be refused while it is there.</summary>
    public ArcSet? PossibleSet(IReadOnlyCollection<DnsName> trusted) =>
        Result is ArcResult.Pass or ArcResult.TempError ? FirstOf(trusted, set => set.MayHoldMessage) : null;

    ArcSet? FirstOf(IReadOnlyCollection<DnsName> trusted, Func<ArcSet, bool> holds)
    {
        ArcSet? first = null;
        var isHeld = false;
        for (var i = Sets.Count - 1; i >= 0; i--)
        {
            var isTrusted = trusted.Contains(Sets[i].Sealer);
            isHeld = isTrusted && (isHeld || holds(Sets[i]));
            if (isHeld)
                first = Sets[i];
        }

        return first;
    }

    /// <summary>As Authentication-Results has it, with the property of RFC 8617 §10.2.</summary>
    public override string ToString() =>
        $"arc={Result.ToText()} ({Reason})" + (IsPass ? $" header.oldest-pass={OldestPass}" : "");
}
