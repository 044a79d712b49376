using System.Security.Cryptography;
using System.Text;
using Cloud.Mail;
using Cloud.Store;

namespace Cloud.Flow.Outbound.Forwarding;

/// <summary>Reverse paths of forwarded mail: the Sender Rewriting Scheme (M. Wong, 2003; as libsrs2 and postsrsd do it).</summary>
/// <remarks>
/// <c>SRS0=hash=day=domain=local@ours</c> leads back to <c>local@domain</c>. What another forwarder has made already
/// becomes <c>SRS1=hash=forwarder==rest@ours</c>, which leads back to that forwarder's <c>SRS0=rest</c>: so it grows once only.
/// The hash says that we made it: without it anybody could send through us to whom he likes. It and the day are in base32,
/// since addresses come back in other letters.
/// </remarks>
/// <param name="key">Secret; 32 octets.</param>
sealed class SrsCodec(byte[] key, TimeProvider time)
{
    /// <summary>Days that a reverse path is good for: mail is tried for five, and so are the reports of it.</summary>
    public const int Days = 21;

    /// <summary>Characters of the hash: 40 bits, so that nobody guesses one within what RCPT lets through in years.</summary>
    const int HashLength = 8;

    /// <summary>Days until a day's two characters come again.</summary>
    const int Cycle = 1024;

    const string Base32 = "abcdefghijklmnopqrstuvwxyz234567";

    /// <summary>Whether a local part claims to be such a reverse path.</summary>
    public static bool IsOne(string local) => Is(local, '0') || Is(local, '1');

    /// <summary>The reverse path under which mail of <paramref name="from"/> is passed on.</summary>
    /// <param name="from">Whoever is to hear of a failure.</param>
    /// <param name="domain">Ours.</param>
    /// <returns>Null where it would be too long for an address.</returns>
    public EmailAddress? Rewrite(EmailAddress from, string domain)
    {
        var local = from.Local;
        if (Is(local, '0'))
            return Once(EmailAddress.CanonicalDomain(from.Domain), local[4..], domain);
        if (Is(local, '1') && PartsOf(local, 3) is [_, var host, var rest])
            return Once(host, rest, domain);
        var sender = $"{Stamp(Today)}={EmailAddress.CanonicalDomain(from.Domain)}={local}";
        return Bounded($"SRS0={Hash('0', sender)}={sender}", domain);
    }

    /// <summary>Whom a reverse path leads back to.</summary>
    /// <returns>Null for one that is forged, damaged or over <see cref="Days"/> old.</returns>
    public EmailAddress? Read(EmailAddress path)
    {
        var local = path.Local;
        if (Is(local, '1'))
            return PartsOf(local, 3) is [var seal, var host, var rest] && IsHash(seal, '1', $"{host}={rest}")
                ? Address("SRS0" + rest, host)
                : null;
        if (!Is(local, '0') || PartsOf(local, 4) is not [var hash, var day, var domain, var sender])
            return null;
        return IsHash(hash, '0', $"{day}={domain}={sender}") && IsYoung(day) ? Address(sender, domain) : null;
    }

    /// <summary>Proves that a recipient's own reverse path is one under which a message went to that recipient.</summary>
    public string Tag(TransactionId message, EmailAddress recipient) => Hash('v', $"{message}={recipient.Key}");

    public bool IsTag(string text, TransactionId message, EmailAddress recipient) =>
        IsHash(text, 'v', $"{message}={recipient.Key}");

    EmailAddress? Once(string host, string rest, string domain) =>
        Bounded($"SRS1={Hash('1', $"{host}={rest}")}={host}={rest}", domain);

    /// <summary>The three separators that the scheme allows behind its mark.</summary>
    static bool Is(string local, char kind) =>
        local.Length > 5
        && local.StartsWith("SRS", StringComparison.OrdinalIgnoreCase)
        && local[3] == kind
        && local[4] is '=' or '+' or '-';

    /// <returns>What stands between the signs of equality, the last with whatever is in it; null for too few, or an empty one.</returns>
    static string[]? PartsOf(string local, int count)
    {
        var parts = local[5..].Split('=', count);
        return parts.Length == count && Array.TrueForAll(parts, part => part.Length > 0) ? parts : null;
    }

    static EmailAddress? Address(string local, string domain) =>
        EmailAddress.IsDomain(domain) ? Bounded(local, domain) : null;

    static EmailAddress? Bounded(string local, string domain) =>
        Encoding.UTF8.GetByteCount(local) + 1 + Encoding.UTF8.GetByteCount(domain) <= EmailAddress.MaxLength
            ? new(local, domain)
            : null;

    bool IsHash(string text, char kind, string content) =>
        CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(text.ToLowerInvariant()),
            Encoding.UTF8.GetBytes(Hash(kind, content))
        );

    string Hash(char kind, string content)
    {
        var octets = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{kind}={content.ToLowerInvariant()}"));
        return string.Concat(octets.Take(HashLength).Select(octet => Base32[octet % Base32.Length]));
    }

    int Today => (int)(time.GetUtcNow().ToUnixTimeSeconds() / 86_400 % Cycle);

    static string Stamp(int day) => $"{Base32[day / Base32.Length]}{Base32[day % Base32.Length]}";

    bool IsYoung(string stamp)
    {
        if (stamp.Length != 2)
            return false;
        var (high, low) = (Digit(stamp[0]), Digit(stamp[1]));
        if (high < 0 || low < 0)
            return false;
        // A clock of ours may be before midnight when another's is behind it.
        var age = (Today - (high * Base32.Length + low) + Cycle) % Cycle;
        return age is <= Days or Cycle - 1;
    }

    static int Digit(char c) => Base32.IndexOf(char.ToLowerInvariant(c), StringComparison.Ordinal);
}
