using System.Text;
using System.Text.Unicode;

namespace Cloud.Mail;

/// <summary>Bytes of a header as they stand, compared by content. Not there (nil) is not the same as empty.</summary>
/// <remarks>
/// Header text has no charset one could trust, so it stays bytes until somebody shows it. The bytes are a view
/// into an array shared with the rest of the index: taking one costs no copy. Never holds CR, LF or NUL
/// where an index gives it.
/// </remarks>
public readonly struct Octets : IEquatable<Octets>
{
    public static readonly Octets Empty = new([]);

    readonly byte[]? array;
    readonly int start;

    public Octets(byte[] array)
        : this(array, 0, array.Length) { }

    public Octets(byte[] array, int start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)start, (uint)array.Length, nameof(start));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)(array.Length - start), nameof(length));
        this.array = array;
        this.start = start;
        Length = length;
    }

    public int Length { get; }
    public bool IsNil => array is null;
    public bool IsNilOrEmpty => Length == 0;
    public ReadOnlySpan<byte> Span => new(array, start, Length);
    public ReadOnlyMemory<byte> Memory => new(array, start, Length);

    public static Octets Copy(ReadOnlySpan<byte> bytes) => bytes.IsEmpty ? Empty : new(bytes.ToArray());

    /// <summary>The text's UTF-8 bytes; nil for null.</summary>
    public static Octets From(string? text) => text is null ? default : new(Encoding.UTF8.GetBytes(text));

    public static bool operator ==(Octets left, Octets right) => left.Equals(right);

    public static bool operator !=(Octets left, Octets right) => !left.Equals(right);

    public Octets Slice(int from, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)from, (uint)Length, nameof(from));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)(Length - from), nameof(length));
        return array is null ? default : new(array, start + from, length);
    }

    /// <summary>The same bytes with ASCII letters of either case (media types, parameter names).</summary>
    public bool EqualsIgnoreCase(ReadOnlySpan<byte> other) => !IsNil && Ascii.EqualsIgnoreCase(Span, other);

    public bool Equals(Octets other) => IsNil == other.IsNil && Span.SequenceEqual(other.Span);

    public override bool Equals(object? obj) => obj is Octets other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>As UTF-8 where it is valid UTF-8, else as Latin-1; empty for nil.</summary>
    public override string ToString() =>
        Utf8.IsValid(Span) ? Encoding.UTF8.GetString(Span) : Encoding.Latin1.GetString(Span);
}
