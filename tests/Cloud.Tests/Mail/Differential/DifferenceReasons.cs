namespace Cloud.Tests.Mail.Differential;

/// <summary>Where we mean to read a message otherwise than Python's email package, and why.</summary>
static class DifferenceReasons
{
    /// <param name="Policy">compat32 or default.</param>
    /// <param name="Item">As describe.py names it.</param>
    public sealed record Difference(
        string Policy,
        string Item,
        string? Theirs,
        string? Ours,
        MessageGenerator.Message Message
    );

    /// <param name="Items">The first word of the items it holds for.</param>
    /// <param name="Why">RFC section, or what users expect.</param>
    /// <param name="Holds">What has to be true of the difference besides.</param>
    public sealed record Reason(string Items, string Why, Func<Difference, bool> Holds)
    {
        public bool Explains(Difference difference) =>
            Items.Split(' ').Contains(difference.Item.Split(' ')[0]) && Holds(difference);

        public override string ToString() => $"{Items}: {Why}";
    }

    public static readonly IReadOnlyList<Reason> All =
    [
        new(
            "tree",
            "An encoded message/rfc822 is not looked into: RFC 2046 §5.2.1 forbids the encoding, and IMAP's sections "
                + "name octets of the message as it stands",
            d => WithoutInner(d.Theirs) == WithoutInner(d.Ours)
        ),
        new(
            "tree",
            "Of nested multiparts with one boundary a delimiter is the inner one's, so that the outer loses no part to "
                + "the inner preamble; RFC 2046 §5.1.2 has no rule for it",
            Has("equal boundaries")
        ),
        new("fault", "Python fails on an address list that is none; we read what is there", Has("broken address")),
        new(
            "date",
            "A zone that is unknown or missing is UTC: RFC 5322 §4.3",
            d => d.Theirs?.TrimEnd() + " +0000" == d.Ours
        ),
        new("date", "ISO 8601 dates, and dates without a time, are in use", Has("odd date")),
        new(
            "subject from to",
            "White space between encoded words goes, any other stays as it stands: RFC 2047 §6.2, RFC 5322 §2.2.3",
            d => Letters(d.Theirs) == Letters(d.Ours)
        ),
        new(
            "from to",
            "A comment stands in for a name that is missing, as mail programs show it, and is none beside a name",
            d => WithoutComments(d.Theirs) == WithoutComments(d.Ours)
        ),
        new("subject", "Raw octets are UTF-8 (RFC 6532) or else windows-1252, not U+FFFD", Has("raw utf-8")),
        new("subject", "Raw octets that are not UTF-8 are read as windows-1252", Has("raw latin-1")),
        new("from to", "Raw octets are UTF-8: RFC 6532 §3.2", Has("raw name")),
        new(
            "from to",
            "Junk in an address list becomes a name or a mailbox, so that the reader sees it",
            Has("broken address")
        ),
        new(
            "from to",
            "Octets of adjacent words are joined before they become text",
            Has("character split between words")
        ),
        new(
            "from to",
            "A folded quoted string is one string (RFC 5322 §3.2.4): the old policy takes encoded words in it apart",
            d => d.Policy == "compat32" && Has("encoded word in quotes")(d)
        ),
        new("name", "An empty file name is no name: that of Content-Type is taken, or none", Has("empty parameter")),
        new(
            "name",
            "Encoded words in a parameter are decoded, which RFC 2047 §5 forbids and users expect",
            Has("encoded word as parameter")
        ),
        new("name", "Raw octets in a parameter are UTF-8 or else windows-1252", Has("raw parameter")),
        new("name", "An unquoted value goes on after a space", Has("name with spaces")),
        new("text", "A charset nobody knows is guessed, where Python refuses", Has("unknown charset")),
        new(
            "text",
            "Undeclared octets are UTF-8 or else windows-1252, not U+FFFD",
            d => d.Theirs?.Contains('\uFFFD') ?? false
        ),
        new(
            "text",
            "ISO-8859-1 means windows-1252, as in browsers",
            d => d.Theirs?.Any(c => c is >= (char)0x80 and < (char)0xA0) ?? false
        ),
        new(
            "body text",
            "The line end before the end of the message belongs to no delimiter: RFC 2046 §5.1.1",
            Has("no final boundary")
        ),
        new("body text", "A multipart without parts is no leaf with a body", Has("no parts")),
        new(
            "body text",
            "White space behind the equals sign of a soft line break goes: RFC 2045 §6.7 rule 3",
            Has("bad escapes")
        ),
        new(
            "body text",
            "White space at the ends of encoded lines goes: RFC 2045 §6.7 rule 3",
            Has("white space at line ends")
        ),
    ];

    static Func<Difference, bool> Has(string trait) => difference => difference.Message.Traits.Contains(trait);

    static string Letters(string? text) => string.Concat((text ?? "").Where(c => !char.IsWhiteSpace(c)));

    static string WithoutComments(string? text) =>
        Letters(text)
            .Replace("(comment)", "", StringComparison.Ordinal)
            .Replace("CommentName", "", StringComparison.Ordinal);

    static string WithoutInner(string? tree) =>
        (tree ?? "").Replace("message/rfc822(text/plain)", "message/rfc822", StringComparison.Ordinal);
}
