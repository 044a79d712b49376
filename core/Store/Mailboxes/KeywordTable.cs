using System.Text;

namespace Cloud.Store.Mailboxes;

/// <summary>A mailbox's keywords: names by bit. A bit, once given, keeps its name.</summary>
static class KeywordTable
{
    /// <summary>Whether it can be a keyword: an atom (RFC 9051 §9) of bounded length.</summary>
    public static bool IsKeyword(string name) =>
        name.Length is > 0 and <= MailboxLimits.KeywordBytes
        && Ascii.IsValid(name)
        && name.All(c => c > ' ' && c != 127 && !"(){%*\"\\]".Contains(c, StringComparison.Ordinal));

    /// <summary>Bits of those names that the table has; names are compared without case (RFC 9051 §2.3.2).</summary>
    public static ulong Bits(IReadOnlyList<string> table, IReadOnlyList<string> names)
    {
        var bits = 0UL;
        foreach (var name in names)
        {
            if (Find(table, name) is >= 0 and var at)
                bits |= 1UL << at;
        }
        return bits;
    }

    /// <summary>Adds the names that are missing.</summary>
    /// <returns>The table (itself when nothing was missing) and the names' bits; null when it is full.</returns>
    public static (IReadOnlyList<string> Table, ulong Bits)? Add(
        IReadOnlyList<string> table,
        IReadOnlyList<string> names
    )
    {
        if (names.Count == 0)
            return (table, 0);
        var missing = names.Where(name => Find(table, name) < 0).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (table.Count + missing.Count > MailboxLimits.Keywords)
            return null;
        if (missing.Count > 0)
            table = [.. table, .. missing];
        return (table, Bits(table, names));
    }

    /// <summary>Carries a message's keywords over to another mailbox, as many as its table has room for.</summary>
    public static (IReadOnlyList<string> Table, ulong Bits) Carry(
        IReadOnlyList<string> source,
        ulong bits,
        IReadOnlyList<string> target
    )
    {
        if (bits == 0)
            return (target, 0);
        var names = source.Where((_, at) => (bits >> at & 1) != 0).ToList();
        var free = MailboxLimits.Keywords - target.Count;
        var missing = names.Where(name => Find(target, name) < 0).Take(free).ToList();
        if (missing.Count > 0)
            target = [.. target, .. missing];
        return (target, Bits(target, names));
    }

    static int Find(IReadOnlyList<string> table, string name)
    {
        for (var at = 0; at < table.Count; at++)
        {
            if (table[at].Equals(name, StringComparison.OrdinalIgnoreCase))
                return at;
        }
        return -1;
    }
}
