namespace Cloud.Api.WellKnown;

/// <summary>Texts of records by what they mean: written otherwise, they may say the same.</summary>
public static class RecordText
{
    /// <summary>What a record says by leaving it out. RFC 6376 §3.6.1, RFC 7489 §6.3.</summary>
    static readonly Dictionary<string, string[]> Defaults = new(StringComparer.Ordinal)
    {
        [Dkim] = ["v=DKIM1", "k=rsa", "s=*"],
        [Dmarc] = ["adkim=r", "aspf=r", "pct=100", "fo=0", "rf=afrf", "ri=86400"],
    };

    const string Dkim = "v=DKIM1";
    const string Dmarc = "v=DMARC1";
    const string Spf = "v=spf1";

    /// <summary>Whether a text is of the kind that <paramref name="wanted"/> is: of its version, or some key.</summary>
    public static bool IsOfKind(string wanted, string there)
    {
        var version = Version(wanted);
        if (version == Dkim && Tags(Dkim, there).Exists(tag => tag.Name == "p"))
            return true; // RFC 6376 §3.6.1: a key may leave out v=.
        return there.StartsWith(version, StringComparison.OrdinalIgnoreCase)
            && (there.Length == version.Length || there[version.Length] is ' ' or ';');
    }

    public static bool SameMeaning(string wanted, string there)
    {
        var version = Version(wanted);
        return version == Spf
            ? Terms(wanted).SequenceEqual(Terms(there), StringComparer.OrdinalIgnoreCase)
            : Tags(version, wanted).ToHashSet().SetEquals(Tags(version, there));
    }

    static string Version(string text) => text.IndexOfAny([' ', ';']) is var end and >= 0 ? text[..end] : text;

    /// <summary>RFC 7208 §4.6.2: a term without a qualifier has "+".</summary>
    static IEnumerable<string> Terms(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(term => term.TrimStart('+'));

    /// <summary>Names with their values, without white space and defaults. Only the letters of a key have a case.</summary>
    static List<(string Name, string Value)> Tags(string version, string text)
    {
        var tags = new List<(string, string)>();
        var defaults = Defaults.GetValueOrDefault(version, []);
        foreach (var part in text.Split(';'))
        {
            var tag = string.Concat(part.Where(c => !char.IsWhiteSpace(c)));
            if (tag.Length == 0 || defaults.Contains(tag, StringComparer.OrdinalIgnoreCase))
                continue;
            var equals = tag.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = equals < 0 ? (tag, "") : (tag[..equals], tag[(equals + 1)..]);
            tags.Add((name, version == Dkim && name == "p" ? value : value.ToLowerInvariant()));
        }
        return tags;
    }
}
