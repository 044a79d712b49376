using Cloud.Mail.Archives;

namespace Cloud.Cli.Archive;

/// <summary>Flags as archives, IMAP and the API name them.</summary>
static class FlagLetters
{
    /// <summary>The keyword for a message that was passed on.</summary>
    const string Forwarded = "$Forwarded";

    static readonly (MessageFlags Flag, char Letter, string Name)[] All =
    [
        (MessageFlags.Seen, 'S', "\\Seen"),
        (MessageFlags.Answered, 'A', "\\Answered"),
        (MessageFlags.Flagged, 'F', "\\Flagged"),
        (MessageFlags.Deleted, 'T', "\\Deleted"),
        (MessageFlags.Draft, 'D', "\\Draft"),
    ];

    /// <summary>As the API takes them.</summary>
    public static string Of(MessageFlags flags) =>
        string.Concat(All.Where(one => flags.HasFlag(one.Flag)).Select(one => one.Letter));

    /// <param name="names">With their backslash; others count for nothing.</param>
    public static string Of(IEnumerable<string> names) =>
        string.Concat(
            All.Where(one => names.Contains(one.Name, StringComparer.OrdinalIgnoreCase)).Select(one => one.Letter)
        );

    public static IReadOnlyList<string> KeywordsOf(MessageFlags flags) =>
        flags.HasFlag(MessageFlags.Passed) ? [Forwarded] : [];

    /// <summary>As archives have them.</summary>
    public static MessageFlags Parse(IReadOnlyList<string> names, IReadOnlyList<string> keywords)
    {
        var flags = All.Where(one => names.Contains(one.Name, StringComparer.OrdinalIgnoreCase))
            .Aggregate(MessageFlags.None, (found, one) => found | one.Flag);
        return keywords.Contains(Forwarded, StringComparer.OrdinalIgnoreCase) ? flags | MessageFlags.Passed : flags;
    }
}
