using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Cloud.Trust.Dkim;

/// <summary>`name=value; name=value`, of a signature or a key record. RFC 6376 §3.2.</summary>
sealed class TagList
{
    /// <summary>Octets of a list. A signature with a key of 4096 bits and a hundred field names has 3 KiB.</summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>Tags of a list; the standards define fifteen.</summary>
    public const int MaxTags = 64;

    static readonly SearchValues<char> NameCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
    );

    readonly Dictionary<string, string> values = [];

    TagList() { }

    /// <summary>The name of the first tag.</summary>
    public string First { get; private set; } = "";

    /// <summary>The value without white space around it; null where there is no such tag. Names have a case.</summary>
    public string? this[string name] => values.GetValueOrDefault(name);

    /// <param name="octets">The list, folded or not.</param>
    /// <param name="list">What was read.</param>
    /// <param name="fault">Why it is none.</param>
    public static bool TryParse(
        ReadOnlySpan<byte> octets,
        [NotNullWhen(true)] out TagList? list,
        [NotNullWhen(false)] out string? fault
    )
    {
        list = null;
        fault = octets.Length > MaxLength ? $"more than {MaxLength} octets" : null;
        if (fault is not null)
            return false;

        // RFC 8616 §3: beyond ASCII it is UTF-8. What is not shows as U+FFFD, which no name matches.
        ReadOnlySpan<char> rest = Encoding.UTF8.GetString(octets);
        var read = new TagList();
        while (fault is null && !rest.IsEmpty)
        {
            var end = rest.IndexOf(';');
            var tag = Trim(end < 0 ? rest : rest[..end]);
            rest = end < 0 ? [] : rest[(end + 1)..];
            if (tag.IsEmpty && rest.IsEmpty)
                break;
            fault = read.Add(tag);
        }

        if (fault is null && read.values.Count == 0)
            fault = "no tags";
        list = fault is null ? read : null;
        return list is not null;
    }

    /// <summary>The value with all white space taken out, as base64 and lists of names have it.</summary>
    public static string WithoutSpace(string value) =>
        value.AsSpan().ContainsAny(" \t\r\n")
            ? string.Concat(value.Where(c => c is not (' ' or '\t' or '\r' or '\n')))
            : value;

    /// <summary>The parts between colons, each without white space.</summary>
    public static string[] Split(string value) => WithoutSpace(value).Split(':');

    /// <summary>Base64, white space anywhere; null for what is none.</summary>
    public static byte[]? Base64(string value)
    {
        var octets = new byte[value.Length];
        return Convert.TryFromBase64String(WithoutSpace(value), octets, out var length) ? octets[..length] : null;
    }

    static ReadOnlySpan<char> Trim(ReadOnlySpan<char> text) => text.Trim(" \t\r\n");

    string? Add(ReadOnlySpan<char> tag)
    {
        var equals = tag.IndexOf('=');
        if (equals < 0)
            return "a tag without a value";
        var name = Trim(tag[..equals]).ToString();
        var value = Trim(tag[(equals + 1)..]);
        if (name.Length == 0 || !char.IsAsciiLetter(name[0]) || name.AsSpan().ContainsAnyExcept(NameCharacters))
            return "a tag with an unlawful name";
        foreach (var c in value)
        {
            if (char.IsControl(c) && c is not ('\t' or '\r' or '\n'))
                return $"{name}= holds a control character";
        }

        if (values.Count == MaxTags)
            return $"more than {MaxTags} tags";
        if (values.Count == 0)
            First = name;
        return values.TryAdd(name, value.ToString()) ? null : $"{name}= twice"; // RFC 6376 §3.2
    }
}
