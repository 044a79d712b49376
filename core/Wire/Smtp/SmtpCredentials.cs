namespace Cloud.Wire.Smtp;

/// <summary>Who we are to a smarthost. Its text never shows the secret.</summary>
public sealed class SmtpCredentials
{
    SmtpCredentials(string user, string secret, bool isToken) => (User, Secret, IsToken) = (user, secret, isToken);

    /// <summary>Any text without NUL.</summary>
    public string User { get; }

    internal string Secret { get; }

    internal bool IsToken { get; }

    /// <summary>For PLAIN (RFC 4616) or, where that is not offered, LOGIN.</summary>
    public static SmtpCredentials Password(string user, string password) => new(user, password, isToken: false);

    /// <summary>For XOAUTH2: a bearer token of OAuth 2.0 (RFC 6750).</summary>
    public static SmtpCredentials Token(string user, string token) => new(user, token, isToken: true);

    public override string ToString() => User;
}
