using System.Globalization;
using System.Text;

namespace Cloud.Mail.Archives;

/// <summary>The name of a message's file in a Maildir, which holds its flags. https://cr.yp.to/proto/maildir.html.</summary>
/// <param name="Unique">What no other message in the folder has; without size fields.</param>
/// <param name="Flags">Of <c>P R S T D F</c>.</param>
/// <param name="Keywords">Numbers 0 to 25 from the letters <c>a</c> to <c>z</c>: places in Dovecot's keyword list.</param>
/// <param name="Size">Octets of the file (Maildir++ <c>,S=</c>); null if it is not told.</param>
/// <param name="WireSize">Octets with CRLF (Dovecot's <c>,W=</c>); null if it is not told.</param>
/// <param name="IsNew">The name has no flags at all: it lies in <c>new</c>, not in <c>cur</c>.</param>
public sealed record MaildirName(
    string Unique,
    MessageFlags Flags,
    IReadOnlyList<int> Keywords,
    long? Size = null,
    long? WireSize = null,
    bool IsNew = false
)
{
    /// <summary>What stands before the flags, where the file system allows a colon.</summary>
    public const char Colon = ':';

    /// <summary>The same where it does not: on Windows, FAT and network shares; Thunderbird and others agree on it.</summary>
    public const char Semicolon = ';';

    /// <summary>Letters looked at behind <c>2,</c>.</summary>
    const int MaxLetters = 64;

    static readonly (MessageFlags Flag, char Letter)[] Letters =
    [
        (MessageFlags.Draft, 'D'),
        (MessageFlags.Flagged, 'F'),
        (MessageFlags.Passed, 'P'),
        (MessageFlags.Answered, 'R'),
        (MessageFlags.Seen, 'S'),
        (MessageFlags.Deleted, 'T'),
    ];

    /// <summary>Reads a file's name, whichever separator it has: <c>:</c>, <c>;</c>, <c>!</c> or <c>-</c> before <c>2,</c>.</summary>
    /// <returns>Null for one that is no message: empty, hidden, with a slash, or longer than any can be.</returns>
    public static MaildirName? Parse(string file)
    {
        if (
            file.Length is 0 or > MaildirFolder.MaxName
            || file[0] == '.'
            || file.Contains('/', StringComparison.Ordinal)
        )
            return null;
        var info = file.LastIndexOf("2,", StringComparison.Ordinal);
        var hasInfo = info > 1 && file[info - 1] is ':' or ';' or '!' or '-' && AreFlags(file.AsSpan(info + 2));
        var unique = hasInfo ? file[..(info - 1)] : file;
        var letters = hasInfo ? file.AsSpan(info + 2) : "";
        unique = TakeSize(TakeSize(unique, "S", out var size), "W", out var wireSize);
        if (unique.Length == 0 || unique[0] == '.')
            return null;
        return new MaildirName(unique, FlagsOf(letters), KeywordsOf(letters), size, wireSize, IsNew: !hasInfo);
    }

    /// <param name="separator"><see cref="Colon"/>, or where it cannot be, <see cref="Semicolon"/>.</param>
    public string ToFile(char separator = Colon)
    {
        var file = new StringBuilder(Unique);
        if (Size is { } size)
            file.Append(CultureInfo.InvariantCulture, $",S={size}");
        if (WireSize is { } wireSize)
            file.Append(CultureInfo.InvariantCulture, $",W={wireSize}");
        if (IsNew)
            return file.ToString();
        file.Append(separator).Append("2,");
        foreach (var (flag, letter) in Letters) // in ASCII's order, as the format asks
            file.Append(Flags.HasFlag(flag) ? letter : "");
        foreach (var keyword in Keywords.Where(keyword => keyword is >= 0 and < 26).Distinct().Order())
            file.Append((char)('a' + keyword));
        return file.ToString();
    }

    /// <summary>A name nobody else takes: time, random octets, host.</summary>
    /// <param name="now">The time.</param>
    /// <param name="random">8 octets or more.</param>
    /// <param name="host">Name of this machine; what a file name cannot hold is escaped.</param>
    public static string NewUnique(DateTimeOffset now, ReadOnlySpan<byte> random, string host)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(random.Length, 8, nameof(random));
        var microseconds = now.UtcTicks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond;
        var safe = new StringBuilder(host.Length);
        foreach (var c in host)
        {
            if (char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_')
                safe.Append(c);
            else
                safe.Append(CultureInfo.InvariantCulture, $"\\{System.Convert.ToString(c & 0xFF, 8).PadLeft(3, '0')}");
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"{now.ToUnixTimeSeconds()}.M{microseconds}R{System.Convert.ToHexStringLower(random)}.{safe}"
        );
    }

    static bool AreFlags(ReadOnlySpan<char> letters) =>
        letters.Length <= MaxLetters && !letters.ContainsAnyExceptInRange('A', 'z');

    static MessageFlags FlagsOf(ReadOnlySpan<char> letters)
    {
        var flags = MessageFlags.None;
        foreach (var (flag, letter) in Letters)
            flags |= letters.Contains(letter) ? flag : MessageFlags.None;
        return flags;
    }

    static int[] KeywordsOf(ReadOnlySpan<char> letters)
    {
        var keywords = new SortedSet<int>();
        foreach (var letter in letters)
        {
            if (char.IsAsciiLetterLower(letter))
                keywords.Add(letter - 'a');
        }

        return [.. keywords];
    }

    /// <summary>Takes <c>,S=1234</c> out of a name.</summary>
    static string TakeSize(string unique, string key, out long? size)
    {
        size = null;
        var at = unique.IndexOf($",{key}=", StringComparison.Ordinal);
        if (at < 0)
            return unique;
        var end = at + 3;
        while (end < unique.Length && char.IsAsciiDigit(unique[end]))
            end++;
        if (
            !long.TryParse(
                unique.AsSpan(at + 3, end - at - 3),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var read
            )
        )
            return unique;
        size = read;
        return unique.Remove(at, end - at);
    }
}
