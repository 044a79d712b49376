using System.Net;

namespace Cloud.Mail.Headers;

/// <summary>What the comments behind "from" in a Received field tell of the client.</summary>
readonly record struct ReceivedClient(IPAddress? Address, string? Name, string? Helo)
{
    static readonly System.Buffers.SearchValues<char> NotInName = System.Buffers.SearchValues.Create("=@[:");
    static readonly char[] Separators = [' ', '\t', '(', ')', ',', ';'];

    /// <summary>Adds what <paramref name="comment"/> tells; what is known already stays.</summary>
    /// <remarks>
    /// In use: <c>name [address]</c> (RFC 5321 §4.4), <c>name[address]</c>, <c>name</c>, <c>address</c>,
    /// <c>user@[address]</c>, <c>HELO name</c>, <c>helo=name</c>, <c>address helo=name</c>.
    /// </remarks>
    public ReceivedClient Read(string comment)
    {
        var (address, name, helo) = (Address, Name, Helo);
        var words = comment.Replace("[", " [", StringComparison.Ordinal).Split(Separators, MaxWords, Options);
        for (var i = 0; i < words.Length; i++)
        {
            var word = words[i];
            if (word.StartsWith("helo=", StringComparison.OrdinalIgnoreCase))
                helo ??= NotEmpty(word[5..]);
            else if (i > 0 && IsGreeting(words[i - 1]))
                helo ??= word;
            else
                address ??= AddressOf(word[(word.LastIndexOf('@') + 1)..]);
            if (i == 0 && IsName(word) && (words.Length == 1 || words[1][0] == '['))
                name ??= word.Trim('<', '>', '.');
        }

        return new(address, name, helo);
    }

    const StringSplitOptions Options = StringSplitOptions.RemoveEmptyEntries;

    /// <summary>Words looked at of a comment; those that tell something have some three.</summary>
    const int MaxWords = 16;

    /// <summary>The address in <c>192.0.2.1</c>, <c>[192.0.2.1]</c>, <c>[IPv6:::1]</c> or <c>[192.0.2.1:25]</c>.</summary>
    public static IPAddress? AddressOf(string? word)
    {
        if (word is null || word.AsSpan().IndexOfAny('.', ':') < 0)
            return null;
        var text = word.AsSpan();
        if (text is ['[', ..])
            text = text[1..(text.IndexOf(']') is > 0 and var end ? end : text.Length)]; // a port may follow
        if (text.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase))
            text = text[5..];
        if (text.Count(':') == 1)
            text = text[..text.IndexOf(':')];
        return text.Count('.') is 0 or 3 && text.Length <= MaxAddress && IPAddress.TryParse(text, out var address)
            ? address
            : null;
    }

    /// <summary>Characters of the longest IPv6 address, that of one mapped from IPv4.</summary>
    const int MaxAddress = 45;

    static bool IsGreeting(string word) =>
        word.Length == 4
        && (
            word.Equals("HELO", StringComparison.OrdinalIgnoreCase)
            || word.Equals("EHLO", StringComparison.OrdinalIgnoreCase)
            || word.Equals("LHLO", StringComparison.OrdinalIgnoreCase) // RFC 2033 §4.1
        );

    static bool IsName(string word) =>
        word.Contains('.', StringComparison.Ordinal)
        && AddressOf(word) is null
        && word.AsSpan().IndexOfAny(NotInName) < 0;

    static string? NotEmpty(string text) => text.Length == 0 ? null : text;
}
