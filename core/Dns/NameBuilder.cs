using System.Diagnostics.CodeAnalysis;

namespace Cloud.Dns;

/// <summary>Puts a name together, octet by octet or label by label, and holds it to its limits.</summary>
/// <param name="wire">Room for <see cref="DnsName.MaxLength"/> octets.</param>
ref struct NameBuilder(Span<byte> wire)
{
    readonly Span<byte> wire = wire;
    int labelStart;
    int end = 1;

    /// <returns>False when the label or the name is too long.</returns>
    public bool Add(byte octet)
    {
        // The root's zero needs an octet too.
        if (end - labelStart > DnsName.MaxLabel || end >= DnsName.MaxLength - 1)
            return false;
        wire[end++] = octet;
        return true;
    }

    /// <returns>False when the label is empty.</returns>
    public bool EndLabel()
    {
        var length = end - labelStart - 1;
        if (length == 0)
            return false;
        wire[labelStart] = (byte)length;
        labelStart = end++;
        return true;
    }

    /// <summary>A whole label.</summary>
    public bool AddLabel(ReadOnlySpan<byte> label)
    {
        if (label.Length is 0 or > DnsName.MaxLabel || end + label.Length >= DnsName.MaxLength)
            return false;
        label.CopyTo(wire[end..]);
        end += label.Length;
        return EndLabel();
    }

    /// <summary>The name; the last label may or may not have been ended.</summary>
    public bool TryComplete([NotNullWhen(true)] out DnsName? name)
    {
        name = null;
        if (end > labelStart + 1 && !EndLabel())
            return false;
        wire[labelStart] = 0;
        name = labelStart == 0 ? DnsName.Root : DnsName.FromTrustedWire(wire[..(labelStart + 1)]);
        return true;
    }
}
