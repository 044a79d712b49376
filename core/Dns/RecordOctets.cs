using System.Text;

namespace Cloud.Dns;

/// <summary>Octets of a record, compared by content.</summary>
public readonly struct RecordOctets(ReadOnlyMemory<byte> memory) : IEquatable<RecordOctets>
{
    public ReadOnlyMemory<byte> Memory { get; } = memory;

    public ReadOnlySpan<byte> Span => Memory.Span;

    public int Length => Memory.Length;

    public static bool operator ==(RecordOctets left, RecordOctets right) => left.Equals(right);

    public static bool operator !=(RecordOctets left, RecordOctets right) => !left.Equals(right);

    public bool Equals(RecordOctets other) => Span.SequenceEqual(other.Span);

    public override bool Equals(object? obj) => obj is RecordOctets other && Equals(other);

    public override int GetHashCode()
    {
        var code = new HashCode();
        code.AddBytes(Span);
        return code.ToHashCode();
    }

    /// <summary>Each octet as one character (Latin-1): nothing is lost, and ASCII is itself.</summary>
    public string ToLatin1() => Encoding.Latin1.GetString(Span);

    public string ToHex() => Convert.ToHexString(Span);

    /// <summary>In quotation marks, with escapes, as a zone file has it.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("\"", Length + 2);
        foreach (var octet in Span)
            Escaping.Append(text, octet, special: "\"\\");
        return text.Append('"').ToString();
    }
}
