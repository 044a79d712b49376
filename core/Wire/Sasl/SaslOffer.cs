using Cloud.Store.Ports;

namespace Cloud.Wire.Sasl;

/// <summary>By what a client may authenticate over one connection, as that stands now.</summary>
public sealed record SaslOffer
{
    const string Scram = "SCRAM-SHA-256";
    const string ScramPlus = "SCRAM-SHA-256-PLUS";
    const string OAuthBearer = "OAUTHBEARER";
    const string XOAuth2 = "XOAUTH2";
    const string Plain = "PLAIN";
    const string Login = "LOGIN";

    /// <summary>Nobody can read along: passwords and tokens may be sent as they are.</summary>
    public required bool IsPrivate { get; init; }

    /// <summary>Whoever answers for users knows what tokens are worth.</summary>
    public bool TakesTokens { get; init; }

    /// <summary>LOGIN, which some protocols never had.</summary>
    public bool HasLogin { get; init; } = true;

    /// <summary>
    /// Channel binding <c>tls-server-end-point</c> (RFC 5929 §4) of TLS that ends here; null where there is none, in clear
    /// above all.
    /// </summary>
    public ReadOnlyMemory<byte>? EndPoint { get; init; }

    /// <summary>What may be used now, best first, as capabilities list it.</summary>
    public IEnumerable<string> Mechanisms => Known.Where(MayUse);

    IEnumerable<string> Known
    {
        get
        {
            if (EndPoint is not null)
                yield return ScramPlus;
            yield return Scram;
            if (TakesTokens)
            {
                yield return OAuthBearer;
                yield return XOAuth2;
            }
            yield return Plain;
            if (HasLogin)
                yield return Login;
        }
    }

    /// <summary>False for what would show a secret to whoever reads along.</summary>
    public bool MayUse(string mechanism) =>
        IsPrivate || mechanism.StartsWith("SCRAM-", StringComparison.OrdinalIgnoreCase);

    /// <param name="name">As the client wrote it, in any case.</param>
    /// <returns>Null when there is no such mechanism here.</returns>
    internal SaslMechanism? Create(string name, ISaslCredentials credentials, Entropy entropy)
    {
        name = name.ToUpperInvariant();
        if (!Known.Contains(name))
            return null;
        return name switch
        {
            ScramPlus => new ScramSha256(credentials, entropy, EndPoint, binds: true),
            Scram => new ScramSha256(credentials, entropy, EndPoint, binds: false),
            OAuthBearer => new Bearer(credentials, BearerMessage.OAuthBearer, Bearer.InvalidToken),
            XOAuth2 => new Bearer(credentials, BearerMessage.XOAuth2, Bearer.Status400),
            Plain => new Plain(credentials),
            _ => new Login(credentials),
        };
    }
}
