using System.Text;
using Cloud.Mail;

namespace Cloud.Flow.Door.Greylisting;

/// <summary>A sender without what changes from message to message.</summary>
/// <remarks>
/// Lists and services put a number, a token or the recipient into each reverse path (VERP, SRS, BATV): taken as it is,
/// each of their messages would be a stranger's.
/// </remarks>
static class SenderPattern
{
    const string Separators = "-_.=/";

    /// <returns><c>news-#@example.com</c> for <c>news-1234@example.com</c>; empty for the null sender.</returns>
    public static string Of(EmailAddress? sender)
    {
        if (sender is null)
            return "";
        var local = sender.Local.Normalize().ToLowerInvariant();
        var plus = local.IndexOf('+', StringComparison.Ordinal);
        if (plus > 0)
            local = local[..plus];
        return $"{Folded(local)}@{EmailAddress.CanonicalDomain(sender.Domain)}";
    }

    /// <summary>Each word with a digit in it is <c>#</c>; what comes after an equals sign is an address or a hash.</summary>
    static string Folded(string local)
    {
        var folded = new StringBuilder(local.Length);
        var start = 0;
        for (var at = 0; at <= local.Length; at++)
        {
            if (at < local.Length && !Separators.Contains(local[at], StringComparison.Ordinal))
                continue;
            var word = local.AsSpan(start, at - start);
            if (at < local.Length && local[at] == '=')
                return folded.Append('#').ToString();
            if (word.ContainsAnyInRange('0', '9'))
                folded.Append('#');
            else
                folded.Append(word);
            if (at < local.Length)
                folded.Append(local[at]);
            start = at + 1;
        }

        return folded.ToString();
    }
}
