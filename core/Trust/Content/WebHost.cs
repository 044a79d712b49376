using Cloud.Dns;
using Cloud.Trust.Dmarc.Suffixes;

namespace Cloud.Trust.Content;

/// <summary>Where a link leads.</summary>
/// <param name="Name">The host in A-labels, or an address, lower case.</param>
/// <param name="IsAddress">An IP address, in any of the spellings browsers take.</param>
/// <param name="HasUser">A user stands before it: what looks like a host there is none.</param>
sealed record WebHost(string Name, bool IsAddress, bool HasUser)
{
    /// <summary>Characters of a URL that are looked at.</summary>
    const int MaxLength = 2 * 1024;

    /// <returns>Null for what is no web address.</returns>
    public static WebHost? Of(string url)
    {
        var text = Clean(url);
        if (text.StartsWith("//", StringComparison.Ordinal))
            text = "http:" + text;
        if (!IsWeb(text) || !Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
            return null;
        var isAddress = uri.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6;
        return new(NameOf(uri).ToLowerInvariant(), isAddress, uri.UserInfo.Length > 0);
    }

    /// <summary>The host that a text shows to a reader, if it is nothing but an address of the web.</summary>
    /// <remarks>A name alone may be a file's or a product's; so it has to begin as addresses do.</remarks>
    public static WebHost? Shown(string text)
    {
        text = text.Trim();
        if (text.Any(char.IsWhiteSpace))
            return null;
        if (text.StartsWith("www.", StringComparison.OrdinalIgnoreCase))
            text = "http://" + text;
        return IsWeb(text) ? Of(text) : null;
    }

    /// <summary>Whether two hosts are one organization's.</summary>
    public bool IsOf(WebHost other) =>
        Name == other.Name || !IsAddress && !other.IsAddress && SameOwner(Name, other.Name);

    /// <summary>Whether two domains have the same registered domain.</summary>
    public static bool SameOwner(string one, string other) =>
        one.Equals(other, StringComparison.OrdinalIgnoreCase)
        || Registered(one) is { } registered && registered.Equals(Registered(other));

    public static DnsName? Registered(string domain) =>
        DnsName.TryParse(domain, out var name) ? PublicSuffixes.Current.RegistrableDomain(name) : null;

    static string NameOf(Uri uri)
    {
        try
        {
            return uri.IdnHost;
        }
        catch (UriFormatException)
        {
            return uri.Host; // characters that no name can have
        }
    }

    static bool IsWeb(string text) =>
        text.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
        || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    /// <summary>As browsers take it: without line ends, and with slashes for backslashes before the path.</summary>
    static string Clean(string url)
    {
        url = url[..Math.Min(url.Length, MaxLength)].Trim();
        if (url.AsSpan().IndexOfAny("\t\r\n\\") < 0)
            return url;
        return string.Concat(url.Where(c => c is not ('\t' or '\r' or '\n')).Select(c => c == '\\' ? '/' : c));
    }
}
