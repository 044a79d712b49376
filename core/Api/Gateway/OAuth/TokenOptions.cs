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

    /// <summary>One of them must be among those that a token is for (RFC 7662 §2.2, <c>aud</c>); none: it is not looked at.</summary>
    public IReadOnlyList<string> Audiences { get; init; } = [];

    /// <summary>What the answer must say of who issued the token (<c>iss</c>); null: it is not looked at.</summary>
    public string? Issuer { get; init; }

    /// <summary>Domains of the addresses that a token may name, in their canonical form; none: all.</summary>
    public IReadOnlyList<string> Domains { get; init; } = [];

    /// <summary>The secret stays out of a record's text.</summary>
    public override string ToString() => $"{nameof(TokenOptions)} {Introspection}";
}
