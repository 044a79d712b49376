using Cloud.Dns;

namespace Cloud.Trust.AuthResults;

/// <summary>The authserv-ids that are ours. RFC 8601 §2.5.</summary>
sealed class AuthServers
{
    readonly HashSet<string> texts;
    readonly HashSet<DnsName> names = [];

    public AuthServers(IEnumerable<string> servers)
    {
        texts = servers.ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var text in texts)
        {
            if (DnsName.TryParse(text, out var name))
                names.Add(name);
        }
    }

    /// <summary>Whether an id is one of ours, or one with more behind it that is no part of a name (`example.com/mx1`).</summary>
    public bool Include(string id)
    {
        var end = 0;
        while (end < id.Length && (char.IsAsciiLetterOrDigit(id[end]) || id[end] is '-' or '_' or '.' or > '\x7F'))
            end++;
        return Is(id) || Is(id[..end]);
    }

    bool Is(string id) => texts.Contains(id) || DnsName.TryParse(id, out var name) && names.Contains(name);
}
