using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Cloud.Trust.Spf;

enum Mechanism
{
    All,
    Include,
    A,
    Mx,
    Ptr,
    Ip4,
    Ip6,
    Exists,
}

/// <summary>A mechanism and what it means when it matches. RFC 7208 §4.6.1, §5.</summary>
/// <param name="Text">As published.</param>
/// <param name="Result">What the qualifier gives: pass without one.</param>
/// <param name="Mechanism">What is compared.</param>
/// <param name="Target">domain-spec; null for the domain of the record, and where there is none.</param>
/// <param name="Network">Of <c>ip4</c> and <c>ip6</c>.</param>
/// <param name="Prefix4">Bits of an IPv4 address that count.</param>
/// <param name="Prefix6">Bits of an IPv6 address that count.</param>
sealed record Directive(
    string Text,
    SpfResult Result,
    Mechanism Mechanism,
    MacroString? Target = null,
    IPAddress? Network = null,
    int Prefix4 = Directive.AllBits4,
    int Prefix6 = Directive.AllBits6
)
{
    const int AllBits4 = 32;
    const int AllBits6 = 128;

    static readonly SearchValues<char> Ip6Characters = SearchValues.Create("0123456789abcdefABCDEF:.");

    /// <summary>Whether it counts among the ten terms that ask. RFC 7208 §4.6.4.</summary>
    public bool Asks => Mechanism is not (Mechanism.All or Mechanism.Ip4 or Mechanism.Ip6);

    public static bool TryParse(ReadOnlySpan<char> term, [NotNullWhen(true)] out Directive? directive)
    {
        directive = null;
        SpfResult? qualifier = term[0] switch
        {
            '+' => SpfResult.Pass,
            '-' => SpfResult.Fail,
            '~' => SpfResult.SoftFail,
            '?' => SpfResult.Neutral,
            _ => null,
        };
        var rest = qualifier is null ? term : term[1..];
        var nameEnd = rest.IndexOfAny(':', '/') is >= 0 and var at ? at : rest.Length;
        if (MechanismOf(rest[..nameEnd]) is not { } mechanism)
            return false;
        directive = new(term.ToString(), qualifier ?? SpfResult.Pass, mechanism);
        rest = rest[nameEnd..];
        directive = mechanism switch
        {
            Mechanism.All => rest.IsEmpty ? directive : null,
            Mechanism.Include or Mechanism.Exists => rest.IsEmpty ? null : WithTarget(directive, rest),
            Mechanism.Ptr => WithTarget(directive, rest),
            Mechanism.A or Mechanism.Mx => WithPrefixes(directive, rest),
            _ => WithNetwork(directive, rest),
        };
        return directive is not null;
    }

    static Mechanism? MechanismOf(ReadOnlySpan<char> name)
    {
        Span<char> lower = stackalloc char[7];
        if (name.Length > lower.Length)
            return null;
        name.ToLowerInvariant(lower);
        return lower[..name.Length] switch
        {
            "all" => Mechanism.All,
            "include" => Mechanism.Include,
            "a" => Mechanism.A,
            "mx" => Mechanism.Mx,
            "ptr" => Mechanism.Ptr,
            "ip4" => Mechanism.Ip4,
            "ip6" => Mechanism.Ip6,
            "exists" => Mechanism.Exists,
            _ => null,
        };
    }

    /// <summary>[ ":" domain-spec ].</summary>
    static Directive? WithTarget(Directive directive, ReadOnlySpan<char> rest)
    {
        if (rest.IsEmpty)
            return directive;
        return rest[0] == ':' && MacroString.TryParseDomain(rest[1..], out var target)
            ? directive with
            {
                Target = target,
            }
            : null;
    }

    /// <summary>[ ":" domain-spec ] [ dual-cidr-length ]: a domain may hold slashes, so the lengths are taken off its end.</summary>
    static Directive? WithPrefixes(Directive directive, ReadOnlySpan<char> rest)
    {
        if (TakeLength(ref rest, "//") is { } digits6)
        {
            if (!TryReadPrefix(digits6, AllBits6, out var prefix))
                return null;
            directive = directive with { Prefix6 = prefix };
        }

        if (TakeLength(ref rest, "/") is { } digits4)
        {
            if (!TryReadPrefix(digits4, AllBits4, out var prefix))
                return null;
            directive = directive with { Prefix4 = prefix };
        }

        return WithTarget(directive, rest);
    }

    static Directive? WithNetwork(Directive directive, ReadOnlySpan<char> rest)
    {
        var isV4 = directive.Mechanism == Mechanism.Ip4;
        if (rest.IsEmpty || rest[0] != ':')
            return null;
        rest = rest[1..];
        if (rest.IndexOf('/') is >= 0 and var slash)
        {
            if (!TryReadPrefix(rest[(slash + 1)..], isV4 ? AllBits4 : AllBits6, out var prefix))
                return null;
            directive = isV4 ? directive with { Prefix4 = prefix } : directive with { Prefix6 = prefix };
            rest = rest[..slash];
        }

        var network = isV4 ? ReadIp4(rest) : ReadIp6(rest);
        return network is null ? null : directive with { Network = network };
    }

    /// <summary>Takes slashes and digits off the end; null when they are not there.</summary>
    static string? TakeLength(ref ReadOnlySpan<char> rest, string slashes)
    {
        var head = rest.TrimEnd("0123456789");
        if (head.Length == rest.Length || !head.EndsWith(slashes, StringComparison.Ordinal))
            return null;
        var digits = rest[head.Length..].ToString();
        rest = head[..^slashes.Length];
        return digits;
    }

    /// <summary>Decimal without leading zeros. RFC 7208 §5.6.</summary>
    static bool TryReadPrefix(ReadOnlySpan<char> digits, int max, out int prefix) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out prefix)
        && prefix <= max
        && (digits.Length == 1 || digits[0] != '0');

    /// <summary>Four decimal numbers without leading zeros: the platform reads shorter and octal ones as well.</summary>
    static IPAddress? ReadIp4(ReadOnlySpan<char> text)
    {
        if (!IPAddress.TryParse(text, out var address) || address.AddressFamily != AddressFamily.InterNetwork)
            return null;
        return text.Equals(address.ToString(), StringComparison.Ordinal) ? address : null;
    }

    /// <summary>Digits and colons alone: the platform reads scopes and brackets as well.</summary>
    static IPAddress? ReadIp6(ReadOnlySpan<char> text)
    {
        if (text.ContainsAnyExcept(Ip6Characters))
            return null;
        return IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6
            ? address
            : null;
    }
}
