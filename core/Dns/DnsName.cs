using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cloud.Dns;

/// <summary>A domain name: labels of any octets, compared without regard to the case of ASCII letters (RFC 4343).</summary>
/// <remarks>
/// Always complete, down to the root; the text has no dot at its end. A dot or backslash inside of a label is written
/// <c>\.</c> or <c>\\</c>, an octet that is not printable <c>\DDD</c> (RFC 4343 §2.1).
/// </remarks>
public sealed class DnsName : IEquatable<DnsName>
{
    /// <summary>Octets of a name on the wire, the root's included. RFC 1035 §2.3.4.</summary>
    public const int MaxLength = 255;

    /// <summary>Octets of a label. RFC 1035 §2.3.4.</summary>
    public const int MaxLabel = 63;

    /// <summary>Characters of a text: every octet escaped is four of them.</summary>
    const int MaxText = MaxLength * 4;

    public static readonly DnsName Root = new([0]);

    static readonly IdnMapping Idn = new();

    readonly byte[] wire;
    readonly int hash;

    DnsName(byte[] wire)
    {
        this.wire = wire;
        hash = HashOf(wire);
    }

    /// <summary>As on the wire, uncompressed: each label behind its length, a zero at the end.</summary>
    public ReadOnlySpan<byte> Wire => wire;

    public bool IsRoot => wire.Length == 1;

    /// <summary>The number of labels, without the root's.</summary>
    public int LabelCount
    {
        get
        {
            var count = 0;
            for (var at = 0; wire[at] != 0; at += wire[at] + 1)
                count++;
            return count;
        }
    }

    /// <summary>The octets of the first label; empty for the root.</summary>
    public ReadOnlySpan<byte> FirstLabel => wire.AsSpan(1, wire[0]);

    /// <summary>The name without its first label; the root is its own parent.</summary>
    public DnsName Parent => IsRoot ? this : new(wire[(wire[0] + 1)..]);

    public static bool operator ==(DnsName? left, DnsName? right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(DnsName? left, DnsName? right) => !(left == right);

    /// <summary>Reads a text; a dot at its end may stand. Labels beyond ASCII become A-labels (RFC 5890 §2.3.2.1).</summary>
    /// <returns>False for what is no name: empty labels, too long, escapes that are none.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out DnsName? name)
    {
        name = null;
        if (text.Length is 0 or > MaxText)
            return false;
        if (text is ".")
        {
            name = Root;
            return true;
        }

        if (!Ascii.IsValid(text))
        {
            if (ToAscii(text) is not { } ascii)
                return false;
            text = ascii;
        }

        var builder = new NameBuilder(stackalloc byte[MaxLength]);
        while (!text.IsEmpty)
        {
            if (text[0] == '.')
            {
                if (!builder.EndLabel())
                    return false;
                text = text[1..];
            }
            else if (!TryTakeOctet(ref text, out var octet) || !builder.Add(octet))
            {
                return false;
            }
        }

        return builder.TryComplete(out name);
    }

    /// <exception cref="FormatException">It is no name.</exception>
    public static DnsName Parse(string text) =>
        TryParse(text, out var name) ? name : throw new FormatException($"Not a domain name: {text}");

    /// <summary>Labels of any octets, a dot between each two, no escapes: as macros and headers of mail give them.</summary>
    public static bool TryFromOctets(ReadOnlySpan<byte> text, [NotNullWhen(true)] out DnsName? name)
    {
        name = null;
        if (text.IsEmpty)
            return false;
        var builder = new NameBuilder(stackalloc byte[MaxLength]);
        foreach (var octet in text)
        {
            if (!(octet == '.' ? builder.EndLabel() : builder.Add(octet)))
                return false;
        }

        return builder.TryComplete(out name);
    }

    /// <summary>A copy of labels with their lengths and the root's zero, which must be right.</summary>
    internal static DnsName FromTrustedWire(ReadOnlySpan<byte> wire) => new(wire.ToArray());

    /// <summary>Where the names of an address are: in-addr.arpa (RFC 1035 §3.5) or ip6.arpa (RFC 3596 §2.5).</summary>
    public static DnsName ReverseOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        var isV4 = address.AddressFamily == AddressFamily.InterNetwork;
        var text = new StringBuilder(72);
        foreach (var octet in address.GetAddressBytes().Reverse())
        {
            if (isV4)
                text.Append(CultureInfo.InvariantCulture, $"{octet}.");
            else
                text.Append(CultureInfo.InvariantCulture, $"{octet & 15:x}.{octet >> 4:x}.");
        }

        return Parse(text.Append(isV4 ? "in-addr.arpa" : "ip6.arpa").ToString());
    }

    /// <summary>The name with labels before it: `_dmarc` and `example.com` are `_dmarc.example.com`.</summary>
    /// <param name="labels">One or more, as text.</param>
    /// <returns>Null when that would be too long, or the labels are none.</returns>
    public DnsName? TryPrepend(string labels)
    {
        if (!TryParse(labels, out var prefix) || prefix.wire.Length - 1 + wire.Length > MaxLength)
            return null;
        return new([.. prefix.wire.AsSpan(0, prefix.wire.Length - 1), .. wire]);
    }

    /// <summary>Whether this is <paramref name="other"/> or below it.</summary>
    public bool IsAtOrBelow(DnsName other)
    {
        var at = 0;
        while (wire.Length - at > other.wire.Length)
            at += wire[at] + 1;
        return SameOctets(wire.AsSpan(at), other.wire);
    }

    public bool Equals(DnsName? other) =>
        ReferenceEquals(this, other) || other is not null && hash == other.hash && SameOctets(wire, other.wire);

    public override bool Equals(object? obj) => obj is DnsName other && Equals(other);

    public override int GetHashCode() => hash;

    public override string ToString()
    {
        if (IsRoot)
            return ".";
        var text = new StringBuilder(wire.Length);
        for (var at = 0; wire[at] != 0; at += wire[at] + 1)
        {
            if (at > 0)
                text.Append('.');
            foreach (var octet in wire.AsSpan(at + 1, wire[at]))
                Escaping.Append(text, octet, special: " .\\");
        }

        return text.ToString();
    }

    /// <summary>Takes a character, <c>\X</c> or <c>\DDD</c>. RFC 1035 §5.1.</summary>
    static bool TryTakeOctet(ref ReadOnlySpan<char> text, out byte octet)
    {
        var length = 1;
        octet = (byte)text[0];
        if (text[0] == '\\')
        {
            if (text.Length < 2)
                return false;
            length = char.IsAsciiDigit(text[1]) ? 4 : 2;
            octet = (byte)text[1];
            if (
                length == 4
                && (
                    text.Length < 4
                    || !byte.TryParse(text[1..4], NumberStyles.None, CultureInfo.InvariantCulture, out octet)
                )
            )
                return false;
        }

        text = text[length..];
        return true;
    }

    /// <summary>Each label beyond ASCII as its A-label; the ideographic full stops are dots (RFC 3490 §3.1).</summary>
    static string? ToAscii(ReadOnlySpan<char> text)
    {
        var labels = text.ToString().Split('.', '\u3002', '\uFF0E', '\uFF61');
        try
        {
            for (var i = 0; i < labels.Length; i++)
            {
                if (Ascii.IsValid(labels[i]))
                    continue;
                if (labels[i].Contains('\\', StringComparison.Ordinal))
                    return null;
                labels[i] = Idn.GetAscii(labels[i]);
            }
        }
        catch (ArgumentException)
        {
            return null; // IDNA does not allow it.
        }

        return string.Join('.', labels);
    }

    /// <summary>Lengths are below 64 and letters above, so that a whole name can be folded without a look at its labels.</summary>
    static byte Fold(byte octet) => octet is >= (byte)'A' and <= (byte)'Z' ? (byte)(octet | 0x20) : octet;

    static bool SameOctets(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        if (one.Length != other.Length)
            return false;
        for (var i = 0; i < one.Length; i++)
        {
            if (one[i] != other[i] && Fold(one[i]) != Fold(other[i]))
                return false;
        }

        return true;
    }

    /// <summary>Seeded by the process, so that nobody can choose names that collide.</summary>
    static int HashOf(ReadOnlySpan<byte> wire)
    {
        Span<byte> folded = stackalloc byte[MaxLength];
        for (var i = 0; i < wire.Length; i++)
            folded[i] = Fold(wire[i]);
        var code = new HashCode();
        code.AddBytes(folded[..wire.Length]);
        return code.ToHashCode();
    }
}
