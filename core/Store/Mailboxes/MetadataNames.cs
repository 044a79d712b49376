namespace Cloud.Store.Mailboxes;

/// <summary>Names of annotations: paths whose first level says who sees them (RFC 5464 §3.2).</summary>
public static class MetadataNames
{
    public const string Private = "/private";
    public const string Shared = "/shared";

    /// <summary>The mailbox's special use (RFC 6154 §4): computed, and set with it.</summary>
    public const string SpecialUse = "/private/specialuse";

    /// <summary>Whether it can be asked for: RFC 5464 §3.2, in lower case, of bounded length.</summary>
    public static bool IsName(string name) =>
        name.Length <= MetadataLimits.NameBytes
        && (IsWithin(name, Private) || IsWithin(name, Shared))
        && !name.EndsWith('/')
        && !name.Contains("//", StringComparison.Ordinal)
        && !name.Any(c => c is < ' ' or '*' or '%' or > '~' or (>= 'A' and <= 'Z'));

    /// <summary>Whether it can be set: two levels at least, of a vendor's own four.</summary>
    public static bool IsEntry(string name)
    {
        var levels = name.Split('/').Length - 1;
        return IsName(name) && levels >= 2 && (levels >= 4 || name.Split('/')[2] != "vendor");
    }

    /// <summary>Whether an entry is the one asked for or lies at most so many levels below it.</summary>
    /// <param name="depth">0, 1, or <see cref="int.MaxValue"/> for any.</param>
    public static bool Matches(string name, string asked, int depth)
    {
        if (name.Length == asked.Length || depth == 0)
            return name == asked;
        return IsWithin(name, asked) && (depth > 1 || name.LastIndexOf('/') == asked.Length);
    }

    static bool IsWithin(string name, string above) =>
        name.StartsWith(above, StringComparison.Ordinal) && (name.Length == above.Length || name[above.Length] == '/');
}

/// <summary>Limits of annotations; RFC 5464 §4.1 asks for ten entries of 1,024 octets at least.</summary>
public static class MetadataLimits
{
    /// <summary>Octets of an entry's name: it is part of a row's key, where a character may take three.</summary>
    public const int NameBytes = 160;

    /// <summary>Octets of a value: what one property of a row holds.</summary>
    public const int ValueBytes = 64 * 1024;

    /// <summary>Entries of a mailbox, or of the server.</summary>
    public const int Entries = 50;

    /// <summary>Entries with those that were removed last, whose names are kept to be told: a mailbox goes with all of them in
    /// one transaction.</summary>
    public const int Kept = 64;

    /// <summary>Octets of the values of a mailbox, or of the server: they are read together, and copied in one transaction.</summary>
    public const int MailboxBytes = 512 * 1024;

    /// <summary>Octets of all values of an account: what no quota counts.</summary>
    public const int AccountBytes = 16 * 1024 * 1024;
}
