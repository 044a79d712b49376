namespace Cloud.Api.Gateway.OAuth;

/// <summary>Who is asked what a token is worth, and what it must be.</summary>
/// <param name="Introspection">The endpoint of RFC 7662; https, or http on this machine.</param>
/// <param name="Client">As what we ask.</param>
/// <param name="Secret">Of that client.</param>
public sealed record TokenOptions(Uri Introspection, string Client, string Secret)
{
    /// <summary>Each must be among those of a token; none: every token of that issuer will do.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>The member of the answer that names the address. Users choose others, such as <c>username</c>, at will.</summary>
    public string Claim { get; init; } = "email";

    /// <summary>The secret stays out of a record's text.</summary>
    public override string ToString() => $"{nameof(TokenOptions)} {Introspection}";
}
