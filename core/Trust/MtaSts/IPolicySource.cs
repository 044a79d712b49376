namespace Cloud.Trust.MtaSts;

/// <summary>Where policies are read.</summary>
public interface IPolicySource
{
    /// <returns>A value for whatever happens.</returns>
    /// <exception cref="OperationCanceledException">Only when <paramref name="cancel"/> asks for it.</exception>
    ValueTask<PolicyFetch> FetchAsync(string domain, CancellationToken cancel);
}

/// <summary>Why there is no policy. The names of RFC 8460 §4.3.2.</summary>
public enum PolicyFault
{
    None,

    /// <summary>Nobody answered, or something else than a policy.</summary>
    FetchError,

    /// <summary>The server's certificate does not hold.</summary>
    WebPkiInvalid,

    /// <summary>What came cannot be read.</summary>
    Invalid,
}

/// <summary>What a look at a policy's address brought.</summary>
/// <param name="Policy">Null with a fault.</param>
/// <param name="Fault">What kind of.</param>
/// <param name="Reason">In words, for the trace.</param>
public sealed record PolicyFetch(MtaStsPolicy? Policy, PolicyFault Fault, string Reason)
{
    public static PolicyFetch Of(MtaStsPolicy policy) => new(policy, PolicyFault.None, "read");

    public static PolicyFetch Failed(PolicyFault fault, string reason) => new(null, fault, reason);
}
