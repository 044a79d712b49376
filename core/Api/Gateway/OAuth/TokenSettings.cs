using Cloud.Mail;
using Cloud.Wire;

namespace Cloud.Api.Gateway.OAuth;

/// <summary>The settings of <see cref="TokenOptions"/> by their names: the same wherever the gateway runs.</summary>
public static class TokenSettings
{
    /// <summary>That it is given is what makes fronts offer the mechanisms.</summary>
    public const string Introspection = "oauth-introspection";

    public const string SecretFile = "oauth-secret-file";

    /// <summary>A variable that is no setting: a secret has no place on a command line.</summary>
    public const string SecretVariable = "CLOUD_OAUTH_SECRET";

    const string Client = "oauth-client";
    const string Scope = "oauth-scope";
    const string Claim = "oauth-claim";
    const string Audience = "oauth-audience";
    const string Issuer = "oauth-issuer";
    const string Domain = "oauth-domain";

    /// <summary>In the place of scopes: every token of the issuer opens mail. To be said, for it is seldom meant.</summary>
    const string Any = "any";

    /// <summary>Characters of a secret: it goes into a header field.</summary>
    const int MaxSecret = 4096;

    /// <summary>Each with the value a command line shows, and what it is, its default in brackets.</summary>
    public static IReadOnlyList<(string Name, string Value, string Description)> Names { get; } =
    [
        (
            Introspection,
            "URL",
            "Who says whether a token of OAuth 2.0 is good (RFC 7662): lets users log in with tokens"
        ),
        (Client, "ID", "The client that asks there"),
        (SecretFile, "FILE", $"Holds that client's secret ({SecretVariable})"),
        (Scope, "SCOPE", "What a token must be for, several with spaces between; any: whatever it is for"),
        (Claim, "NAME", "Member of the answer that names the user's address (email)"),
        (Audience, "NAME", "Whom a token must be meant for, one of several with spaces between (anybody)"),
        (Issuer, "URL", "Who must have issued a token, as the answer says it (not looked at)"),
        (Domain, "DOMAIN", "Whose users tokens may name, several with spaces between (every domain)"),
    ];

    /// <param name="given">A setting's text by its name; null where it is not given.</param>
    /// <param name="secret">From the environment; null where it is not given.</param>
    /// <param name="asks">False in a process whose gateway is another's: that one needs to know more than the endpoint.</param>
    /// <param name="faults">Gets what is wrong, a sentence each, the setting's name first.</param>
    /// <returns>Null where nobody logs in with tokens.</returns>
    public static TokenOptions? Read(Func<string, string?> given, string? secret, bool asks, ICollection<string> faults)
    {
        if (given(Introspection) is not { } text)
        {
            if (Names.Select(setting => setting.Name).FirstOrDefault(name => given(name) is not null) is { } alone)
                faults.Add($"{alone}: needs {Introspection}, where tokens are checked.");
            return null;
        }
        var isAddress = Uri.TryCreate(text, UriKind.Absolute, out var address) && IsPrivate(address);
        if (!isAddress || address!.UserInfo.Length > 0 || address.Fragment.Length > 0)
            faults.Add($"{Introspection}: must be an https address without a password.");
        if (given(SecretFile) is { } file)
            secret = SecretFiles.Read(SecretFile, file, faults);
        if (asks && (given(Client) is null || string.IsNullOrEmpty(secret)))
            faults.Add($"{Introspection}: needs {Client} and its secret ({SecretFile}, or {SecretVariable}).");
        var scopes = given(Scope)?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (scopes.Length == 0 && (asks || given(Scope) is not null))
            faults.Add($"{Scope}: must say what a token is for, or {Any}.");
        if (secret is { Length: > MaxSecret })
            faults.Add($"{SecretFile}: a secret has at most {MaxSecret} characters.");
        var options = new TokenOptions(
            isAddress ? address! : new("https://localhost/"),
            given(Client) ?? "",
            secret ?? ""
        );
        return options with
        {
            Scopes = scopes is [Any] ? [] : scopes,
            Claim = given(Claim) ?? options.Claim,
            Audiences = Words(Audience, given, faults),
            Issuer = OnlyIssuer(given, faults),
            Domains = Domains(given, faults),
        };
    }

    static string? OnlyIssuer(Func<string, string?> given, ICollection<string> faults)
    {
        var issuers = Words(Issuer, given, faults);
        if (issuers.Length > 1)
            faults.Add($"{Issuer}: names one, and no more.");
        return issuers.FirstOrDefault();
    }

    static string[] Domains(Func<string, string?> given, ICollection<string> faults)
    {
        var domains = Words(Domain, given, faults);
        foreach (var wrong in domains.Where(domain => !EmailAddress.IsDomain(domain)))
            faults.Add($"{Domain}: {wrong} is no domain.");
        return [.. domains.Select(EmailAddress.CanonicalDomain)];
    }

    /// <returns>Empty where it is not given. What is given and names nothing would allow everything: that is a fault.</returns>
    static string[] Words(string name, Func<string, string?> given, ICollection<string> faults)
    {
        if (given(name) is not { } text)
            return [];
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0)
            faults.Add($"{name}: names nothing.");
        return words;
    }

    /// <summary>Nobody listens between here and here.</summary>
    static bool IsPrivate(Uri address) =>
        address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback);
}
