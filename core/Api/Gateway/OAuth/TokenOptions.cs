namespace Cloud.Api.Gateway.OAuth;

/// <summary>Who is asked what a token is worth, and what it must be.</summary>
/// <param name="Introspection">The endpoint of RFC 7662; https, or http on this machine.</param>
/// <param name="Client">As what we ask.</param>
/// <param name="Secret">Of that client.</param>
public sealed record TokenOptions(Uri Introspection, string Client, string Secret)
{
    /// <summary>Each must be among those of a token. Default: none, and then every token of that issuer will do.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>Members of the answer that may name the address; the first that is one counts.</summary>
    public IReadOnlyList<string> Claims { get; init; } = ["email", "username", "sub"];

    /// <summary>The secret stays out of a record's text.</summary>
    public override string ToString() => $"{nameof(TokenOptions)} {Introspection}";
}
