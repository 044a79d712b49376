using System.Globalization;
using Cloud.Mail;

namespace Cloud.Flow.Outbound.Relay.Smarthosts;

/// <summary>A smarthost as an operator writes it: <c>HOST[:PORT][,WORD…]</c>.</summary>
/// <remarks>
/// Words: <c>starttls</c>, <c>implicit</c>, <c>none</c>; <c>user=NAME</c> (to be the last one where the name has commas);
/// <c>auth=password|xoauth2</c>; <c>verify=yes|no</c>; <c>size=OCTETS</c>; <c>recipients=N</c>; <c>minute=N</c>;
/// <c>hour=N</c>. Without a word for it port 465 means implicit TLS, another STARTTLS. An IPv6 address is in brackets.
/// </remarks>
public static class SmarthostText
{
    const int ImplicitPort = 465; // RFC 8314 §7.3

    const int MostRecipients = 1000;

    /// <param name="secret">Goes with it where it names a user.</param>
    /// <param name="fault">What is wrong with it, for whoever wrote it.</param>
    /// <returns>Null when it is none.</returns>
    public static Smarthost? TryParse(string text, SmarthostSecret secret, out string? fault)
    {
        var comma = text.IndexOf(',', StringComparison.Ordinal);
        var place = comma < 0 ? text : text[..comma];
        if (PlaceOf(place.Trim()) is not { } smarthost)
        {
            fault = $"{place}: a host and its port are HOST:PORT";
            return null;
        }

        var rest = comma < 0 ? "" : text[(comma + 1)..];
        while (rest.Length > 0)
        {
            comma = rest.IndexOf(',', StringComparison.Ordinal);
            var isUser = rest.TrimStart().StartsWith("user=", StringComparison.OrdinalIgnoreCase);
            // A name may have commas, if nothing that is a word of ours follows.
            var end = comma < 0 || isUser && !StartsWithWord(rest[(comma + 1)..]) ? rest.Length : comma;
            if (With(smarthost, isUser ? rest[..end].TrimStart() : rest[..end].Trim()) is not { } next)
            {
                fault = $"{rest[..end]}: not a word for a smarthost";
                return null;
            }

            (smarthost, rest) = (next, end == rest.Length ? "" : rest[(end + 1)..]);
        }

        fault = smarthost.User is not null && secret.IsNone ? $"{smarthost}: a user needs a secret" : null;
        return fault is null
            ? smarthost with
            {
                Secret = smarthost.User is null ? SmarthostSecret.None : secret,
            }
            : null;
    }

    static Smarthost? PlaceOf(string text)
    {
        var (host, port) = (text, Smarthost.DefaultPort);
        var colon = text.LastIndexOf(':');
        if (colon > text.LastIndexOf(']'))
        {
            host = text[..colon];
            if (!int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port))
                return null;
        }

        var isHost = host.StartsWith('[')
            ? host.EndsWith(']') && System.Net.IPAddress.TryParse(host[1..^1], out _)
            : EmailAddress.IsDomain(host);
        if (!isHost || port is < 1 or > ushort.MaxValue)
            return null;
        return new()
        {
            Host = host.Trim('[', ']'),
            Port = port,
            Security = port == ImplicitPort ? SmarthostSecurity.Implicit : SmarthostSecurity.StartTls,
        };
    }

    static bool StartsWithWord(string text) => With(new() { Host = "" }, text.Split(',')[0].Trim()) is not null;

    /// <returns>Null when it is no word.</returns>
    static Smarthost? With(Smarthost smarthost, string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        var name = (equals < 0 ? word : word[..equals]).ToLowerInvariant();
        var value = equals < 0 ? null : word[(equals + 1)..];
        return (name, value) switch
        {
            ("starttls", null) => smarthost with { Security = SmarthostSecurity.StartTls },
            ("implicit", null) => smarthost with { Security = SmarthostSecurity.Implicit },
            ("none", null) => smarthost with { Security = SmarthostSecurity.None },
            ("user", { Length: > 0 }) => smarthost with { User = value },
            ("auth", "password" or "xoauth2") => smarthost with { HasToken = value == "xoauth2" },
            ("verify", "yes" or "no") => smarthost with { VerifyCertificate = value == "yes" },
            ("size", not null) => Number(value, int.MaxValue) is { } size ? smarthost with { MaxSize = size } : null,
            ("recipients", not null) => Number(value, MostRecipients) is { } most
                ? smarthost with
                {
                    MaxRecipients = most,
                }
                : null,
            ("minute", not null) => Number(value, int.MaxValue) is { } rate
                ? smarthost with
                {
                    PerMinute = rate,
                }
                : null,
            ("hour", not null) => Number(value, int.MaxValue) is { } rate ? smarthost with { PerHour = rate } : null,
            _ => null,
        };
    }

    static int? Number(string text, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number >= 1
        && number <= most
            ? number
            : null;
}
