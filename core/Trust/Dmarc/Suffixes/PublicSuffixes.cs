using Cloud.Dns;

namespace Cloud.Trust.Dmarc.Suffixes;

/// <summary>The Public Suffix List: below which names anybody can register. RFC 7489 §3.2 builds on it.</summary>
/// <remarks>
/// Kept as it is shipped: one rule a line, in A-labels, sorted by octets, looked up by halving. Nothing is parsed to
/// load it.
/// </remarks>
public sealed class PublicSuffixes
{
    const string Resource = "public_suffix.txt";

    static readonly Lazy<PublicSuffixes> Lazy = new(Load);

    static PublicSuffixes? newer;

    readonly ReadOnlyMemory<byte> rules;

    PublicSuffixes(ReadOnlyMemory<byte> rules) => this.rules = rules;

    /// <summary>The list that this build came with; read when it is first used.</summary>
    public static PublicSuffixes Shipped => Lazy.Value;

    /// <summary>The list in force: the shipped one, or a newer one that was installed.</summary>
    /// <remarks>One for the process: where names can be registered is a fact of the world, and no server's setting.</remarks>
    public static PublicSuffixes Current => Volatile.Read(ref newer) ?? Shipped;

    /// <summary>Puts a newer list in force; null puts the shipped one.</summary>
    public static void Install(PublicSuffixes? list) => Volatile.Write(ref newer, list);

    /// <summary>The number of rules.</summary>
    public int Count => rules.Span.Count((byte)'\n');

    /// <summary>Rules as <see cref="SuffixList.Convert"/> writes them.</summary>
    public static PublicSuffixes Of(ReadOnlyMemory<byte> converted)
    {
        // Comments stand before the first rule.
        while (converted.Span is [(byte)'/', ..])
            converted = converted[(converted.Span.IndexOf((byte)'\n') + 1)..];
        return new(converted);
    }

    /// <summary>The name one label below the public suffix: what somebody registered.</summary>
    /// <returns>Null for a public suffix itself, and for the root.</returns>
    public DnsName? RegistrableDomain(DnsName name)
    {
        var above = name.LabelCount - SuffixLabels(name) - 1;
        for (; above > 0; above--)
            name = name.Parent;
        return above < 0 || name.IsRoot ? null : name;
    }

    /// <summary>How many labels the public suffix of a name has: a rule's, or one where no rule matches.</summary>
    int SuffixLabels(DnsName name)
    {
        Span<byte> text = stackalloc byte[DnsName.MaxLength + 2];
        var labels = name.LabelCount;
        // From the longest: the first rule that matches is the one that prevails.
        for (var at = name; labels > 1; labels--)
        {
            var parent = at.Parent;
            if (Has(text, "!"u8, at))
                return labels - 1;
            if (Has(text, [], at) || Has(text, "*."u8, parent))
                return labels;
            at = parent;
        }

        return 1;
    }

    bool Has(Span<byte> text, ReadOnlySpan<byte> mark, DnsName name)
    {
        mark.CopyTo(text);
        var length = mark.Length;
        var wire = name.Wire;
        for (var at = 0; wire[at] != 0; at += wire[at] + 1)
        {
            if (at > 0)
                text[length++] = (byte)'.';
            foreach (var octet in wire.Slice(at + 1, wire[at]))
                text[length++] = octet is >= (byte)'A' and <= (byte)'Z' ? (byte)(octet | 0x20) : octet;
        }

        return HasLine(text[..length]);
    }

    /// <summary>Halves the octets between two line starts, and goes back to the start of the line it lands in.</summary>
    bool HasLine(ReadOnlySpan<byte> wanted)
    {
        var span = rules.Span;
        while (!span.IsEmpty)
        {
            var start = span[..(span.Length / 2)].LastIndexOf((byte)'\n') + 1;
            var length = span[start..].IndexOf((byte)'\n');
            var order = wanted.SequenceCompareTo(span.Slice(start, length));
            if (order == 0)
                return true;
            span = order < 0 ? span[..start] : span[(start + length + 1)..];
        }

        return false;
    }

    static PublicSuffixes Load()
    {
        using var stream = typeof(PublicSuffixes).Assembly.GetManifestResourceStream(Resource)!;
        var octets = new byte[stream.Length];
        stream.ReadExactly(octets);
        return Of(octets);
    }
}
