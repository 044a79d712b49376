namespace Cloud.Wire.Sasl;

/// <summary>What a client says with a token.</summary>
/// <param name="Login">Whose mail it wants; empty where the token alone is to say.</param>
readonly record struct BearerMessage(string Login, string Token)
{
    const char Separator = '\x01';
    const string Scheme = "Bearer ";

    /// <summary><c>gs2-header kvsep *kvpair kvsep</c> (RFC 7628 §3.1), with the token in the pair <c>auth</c>.</summary>
    /// <returns>Null for anything else.</returns>
    public static BearerMessage? OAuthBearer(string text)
    {
        var end = text.IndexOf(Separator);
        // [gs2-nonstd-flag ","] is for mechanisms of GSS-API; "p=…" would bind to a channel, which this cannot.
        if (end < 0 || text[..end].Split(',') is not ["n" or "y", var authzid, ""])
            return null;
        if (Authzid(authzid) is not { } login || Pairs(text[(end + 1)..]) is not { } pairs)
            return null;
        return pairs.TryGetValue("auth", out var auth) && BearerToken(auth) is { } token ? new(login, token) : null;
    }

    /// <summary><c>user=</c> address, <c>auth=Bearer </c> token, an octet 1 after each and one more at the end.</summary>
    /// <returns>Null for anything else.</returns>
    public static BearerMessage? XOAuth2(string text) =>
        Pairs(text) is { } pairs
        && pairs.GetValueOrDefault("user") is { Length: > 0 } user
        && pairs.TryGetValue("auth", out var auth)
        && BearerToken(auth) is { } token
            ? new(user, token)
            : null;

    /// <summary>A token stays out of a record's text.</summary>
    public override string ToString() => $"{nameof(BearerMessage)} {Login}";

    /// <returns>Null for no authzid; empty for none.</returns>
    static string? Authzid(string written)
    {
        if (written.Length == 0)
            return "";
        return written.StartsWith("a=", StringComparison.Ordinal) ? SaslName.Read(written[2..]) : null;
    }

    /// <summary><c>*(1*ALPHA "=" value kvsep) kvsep</c>; unknown ones are for others (RFC 7628 §3.1).</summary>
    static Dictionary<string, string>? Pairs(string text)
    {
        // The last pair's separator and the message's leave two empty pieces.
        if (text.Split(Separator) is not [.. var written, "", ""])
            return null;
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in written)
        {
            var equals = pair.IndexOf('=');
            if (equals < 1 || !pair[..equals].All(char.IsAsciiLetter) || pair[(equals + 1)..].Any(IsNoValue))
                return null;
            if (!pairs.TryAdd(pair[..equals], pair[(equals + 1)..]))
                return null; // Which of them counts would be a guess.
        }
        return pairs;
    }

    static bool IsNoValue(char c) => char.IsControl(c) && c is not ('\t' or '\r' or '\n');

    /// <summary>credentials of RFC 6750 §2.1: <c>"Bearer" 1*SP b64token</c>.</summary>
    static string? BearerToken(string auth)
    {
        if (!auth.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return null;
        var token = auth[Scheme.Length..].TrimStart(' ');
        var body = token.TrimEnd('=');
        return body.Length > 0 && body.All(c => char.IsAsciiLetterOrDigit(c) || "-._~+/".Contains(c)) ? token : null;
    }
}
