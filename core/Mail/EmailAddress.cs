using System.Globalization;
using System.Text;

namespace Cloud.Mail;

/// <summary>An address as SMTP routes it: <c>local-part@domain</c> (RFC 5321 §4.1.2, RFC 6531 §3.3).</summary>
/// <param name="Local">Without quotes or backslashes, as the sender wrote it otherwise.</param>
/// <param name="Domain">As written: a name (U- or A-labels) or an address literal in brackets; at most 255 octets.</param>
public sealed record EmailAddress(string Local, string Domain)
{
    /// <summary>Octets of the whole, quotes not counted: a path has 256 with its brackets (RFC 5321 §4.5.3.1.3).</summary>
    /// <remarks>
    /// Its local part may have all of them: the 64 of §4.5.3.1.1 are what everybody has to take, and the reverse paths
    /// of mailing lists and forwarders (VERP, SRS) are longer.
    /// </remarks>
    public const int MaxLength = 254;

    /// <summary>Octets of a domain (RFC 5321 §4.5.3.1.2).</summary>
    public const int MaxDomain = 255;

    static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    /// <summary>True when a peer without SMTPUTF8 can take it.</summary>
    public bool IsAscii => Ascii.IsValid(Local) && Ascii.IsValid(Domain);

    /// <summary>The form in which addresses are compared here: lower case, NFC, the domain in A-labels.</summary>
    /// <remarks>RFC 5321 §2.4 leaves the local part's case to its host, and users expect it not to matter.</remarks>
    public string Key => $"{Local.Normalize().ToLowerInvariant()}@{CanonicalDomain(Domain)}";

    /// <summary>The address without what stands behind the first <c>+</c> (RFC 5233's detail), or itself.</summary>
    public EmailAddress WithoutDetail =>
        Local.IndexOf('+', StringComparison.Ordinal) is > 0 and var plus ? this with { Local = Local[..plus] } : this;

    /// <summary>Reads an address as a person types it: no angle brackets, no comments.</summary>
    /// <returns>Null when it is none, or too long.</returns>
    public static EmailAddress? TryParse(string text)
    {
        var at = text.LastIndexOf('@');
        if (at <= 0 || at == text.Length - 1)
            return null;
        var local = Unquote(text[..at]);
        var domain = text[(at + 1)..];
        if (local is null || !IsDomain(domain))
            return null;
        var length = Encoding.UTF8.GetByteCount(local) + 1 + Encoding.UTF8.GetByteCount(domain);
        return length > MaxLength ? null : new EmailAddress(local, domain);
    }

    /// <returns>True for a domain name (RFC 5321 §4.1.2, RFC 6531 U-labels allowed) or an address literal.</returns>
    /// <remarks>Underscores pass for letters: no host may have them, but names in use do, and DNS resolves them.</remarks>
    public static bool IsDomain(string text)
    {
        if (text.Length is 0 or > MaxDomain || text[^1] == '.')
            return false;
        if (text[0] == '[')
            return text[^1] == ']' && IsLiteral(text.AsSpan(1, text.Length - 2));
        try
        {
            return Idn.GetAscii(text.Replace('_', 'x')).Length <= MaxDomain;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>RFC 5321 §4.1.3: an IPv4 address, or one with a tag before it, of which only IPv6 is registered.</summary>
    static bool IsLiteral(ReadOnlySpan<char> text) =>
        text.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase)
            ? !text.Contains('%') && System.Net.IPAddress.TryParse(text[5..], out var v6) && v6.AddressFamily == V6
            : text.Count('.') == 3 && System.Net.IPAddress.TryParse(text, out var v4) && v4.AddressFamily == V4;

    const System.Net.Sockets.AddressFamily V4 = System.Net.Sockets.AddressFamily.InterNetwork;
    const System.Net.Sockets.AddressFamily V6 = System.Net.Sockets.AddressFamily.InterNetworkV6;

    /// <summary>Lower case and A-labels; the text itself when it is no domain name.</summary>
    public static string CanonicalDomain(string domain)
    {
        if (Ascii.IsValid(domain))
            return domain.ToLowerInvariant();
        try
        {
            return Idn.GetAscii(domain).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return domain;
        }
    }

    /// <summary>The address as it goes into a path, the local part quoted where it must be.</summary>
    public override string ToString() => IsDotString(Local) ? $"{Local}@{Domain}" : $"{Quote(Local)}@{Domain}";

    static bool IsDotString(string local) =>
        local.Length > 0
        && local[0] != '.'
        && local[^1] != '.'
        && !local.Contains("..", StringComparison.Ordinal)
        && local.All(c => c == '.' || IsAtext(c));

    /// <summary>atext (RFC 5322 §3.2.3), and everything beyond ASCII (RFC 6531 §3.3).</summary>
    public static bool IsAtext(char c) =>
        char.IsAsciiLetterOrDigit(c) || c > 127 || "!#$%&'*+-/=?^_`{|}~".Contains(c, StringComparison.Ordinal);

    static string Quote(string local)
    {
        var quoted = new StringBuilder("\"", local.Length + 4);
        foreach (var c in local)
        {
            if (c is '"' or '\\')
                quoted.Append('\\');
            quoted.Append(c);
        }
        return quoted.Append('"').ToString();
    }

    static string? Unquote(string text)
    {
        if (text[0] != '"')
            return IsDotString(text) ? text : null;
        if (text.Length < 3 || text[^1] != '"')
            return null;

        var local = new StringBuilder(text.Length);
        for (var i = 1; i < text.Length - 1; i++)
        {
            if (text[i] == '"' || text[i] < ' ' || text[i] == 127)
                return null;
            if (text[i] == '\\' && (++i == text.Length - 1 || text[i] is < ' ' or > '~'))
                return null; // RFC 5321 §4.1.2 quoted-pairSMTP
            local.Append(text[i]);
        }
        return local.ToString();
    }
}
