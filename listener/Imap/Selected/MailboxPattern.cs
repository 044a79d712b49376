using System.Text;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Selected;

/// <summary>LIST's pattern: <c>*</c> stands for anything, <c>%</c> for anything within a level (RFC 9051 §6.3.9).</summary>
/// <remarks>
/// All places of the pattern that a name can have reached are carried along, so stars never multiply: a match takes as many steps as
/// both are long, multiplied.
/// </remarks>
sealed class MailboxPattern
{
    readonly string pattern;
    readonly int literals;

    public MailboxPattern(string reference, string pattern)
    {
        var text = new StringBuilder();
        foreach (var c in reference + pattern)
        {
            // Of neighbouring wildcards the wider one says it all.
            if (IsWildcard(c) && text.Length > 0 && IsWildcard(text[^1]))
                text[^1] = c == '*' || text[^1] == '*' ? '*' : '%';
            else
                text.Append(c);
        }

        // INBOX in any case (RFC 9051 §5.1), also as the first level of a path.
        this.pattern = text.ToString();
        if (this.pattern.Split('/', '*', '%')[0].Equals("INBOX", StringComparison.OrdinalIgnoreCase))
            this.pattern = "INBOX" + this.pattern[5..];
        literals = this.pattern.Count(c => !IsWildcard(c));
    }

    bool HasWildcards => literals < pattern.Length;

    /// <summary>To match all these names takes more than <see cref="ImapLimits.PatternSteps"/>.</summary>
    public static bool AreTooMuch(IEnumerable<MailboxPattern> patterns, IEnumerable<string> names)
    {
        var octets = patterns.Where(one => one.HasWildcards).Sum(one => (long)one.pattern.Length);
        return octets > 0 && names.Sum(name => (long)name.Length) > ImapLimits.PatternSteps / octets;
    }

    public bool Matches(string name)
    {
        if (!HasWildcards)
            return pattern == name;
        if (literals > name.Length)
            return false;
        Span<bool> reached = stackalloc bool[pattern.Length + 1];
        Span<bool> next = stackalloc bool[pattern.Length + 1];
        reached[0] = true;
        PassWildcards(reached);
        foreach (var c in name)
        {
            next.Clear();
            for (var at = 0; at < pattern.Length; at++)
            {
                if (!reached[at])
                    continue;
                if (pattern[at] == '*' || (pattern[at] == '%' && c != '/'))
                    next[at] = true;
                else if (pattern[at] == c)
                    next[at + 1] = true;
            }
            PassWildcards(next);
            next.CopyTo(reached);
        }
        return reached[pattern.Length];
    }

    /// <summary>It might match a name that leads to others' mailboxes.</summary>
    public bool ReachesOthers => MayBegin(MailboxNamespaces.OtherUsers) || MayBegin(MailboxNamespaces.Shared);

    /// <summary>Something below these names might match, or they themselves without the separator at their end.</summary>
    bool MayBegin(string names)
    {
        var wildcard = pattern.AsSpan().IndexOfAny('*', '%');
        var start = wildcard < 0 ? pattern : pattern.AsSpan(0, wildcard);
        return start.StartsWith(names)
            || (wildcard >= 0 && names.StartsWith(start))
            || start.SequenceEqual(names.AsSpan(..^1));
    }

    /// <summary>A wildcard may stand for nothing.</summary>
    void PassWildcards(Span<bool> reached)
    {
        for (var at = 0; at < pattern.Length; at++)
            reached[at + 1] |= reached[at] && IsWildcard(pattern[at]);
    }

    static bool IsWildcard(char c) => c is '*' or '%';
}
