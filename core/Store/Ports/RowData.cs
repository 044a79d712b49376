using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Cloud.Store.Ports;

/// <summary>A row's typed properties, in the order they were added.</summary>
/// <remarks>
/// Types: string, byte[], bool, int, long, double, DateTimeOffset (kept as UTC, whole ticks), Guid. Names: a letter,
/// then letters, digits and underscores, at most 255 characters; compared ordinally; not PartitionKey, RowKey or
/// Timestamp. No nulls: leave the name out. Strings are sound UTF-16: half a surrogate pair has no UTF-8.
/// </remarks>
public sealed class RowData : IReadOnlyCollection<KeyValuePair<string, object>>
{
    readonly List<KeyValuePair<string, object>> properties;

    /// <param name="capacity">Properties that are expected.</param>
    public RowData(int capacity = 4) => properties = new(capacity);

    public int Count => properties.Count;

    /// <summary>Bytes as Azure counts them: names and strings as UTF-16, values by their type.</summary>
    public int Size { get; private set; }

    /// <summary>Most bytes that the properties take as JSON, which is what a transaction's limit is about.</summary>
    public int WireSize { get; private set; }

    /// <summary>The value, or null when there is none.</summary>
    /// <exception cref="ArgumentException">On setting: a value of another type, too large, or one property too many.</exception>
    [DisallowNull]
    public object? this[string name]
    {
        get
        {
            var at = Find(name);
            return at < 0 ? null : properties[at].Value;
        }
        set => Add(name, value);
    }

    public void Add(string name, object value)
    {
        Check(name, value);
        if (LengthOf(value) > RowLimits.PropertyBytes)
            throw new ArgumentException($"Property {name} is over {RowLimits.PropertyBytes} bytes", nameof(value));

        var at = Find(name);
        if (at < 0 && properties.Count == RowLimits.Properties)
            throw new ArgumentException($"More than {RowLimits.Properties} properties", nameof(name));

        Size += SizeOf(name, value) - (at < 0 ? 0 : SizeOf(name, properties[at].Value));
        WireSize += WireSizeOf(name, value) - (at < 0 ? 0 : WireSizeOf(name, properties[at].Value));
        if (at < 0)
            properties.Add(new(name, value));
        else
            properties[at] = new(name, value);
    }

    public string? String(string name) => (string?)this[name];

    public byte[]? Bytes(string name) => (byte[]?)this[name];

    public long Long(string name, long otherwise = 0) => (long?)this[name] ?? otherwise;

    public int Int(string name, int otherwise = 0) => (int?)this[name] ?? otherwise;

    public bool Bool(string name) => (bool?)this[name] ?? false;

    public DateTimeOffset? Time(string name) => (DateTimeOffset?)this[name];

    public IEnumerator<KeyValuePair<string, object>> GetEnumerator() => properties.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    int Find(string name)
    {
        for (var i = 0; i < properties.Count; i++)
        {
            if (properties[i].Key == name)
                return i;
        }
        return -1;
    }

    static void Check(string name, object value)
    {
        var sound = name.Length is >= 1 and <= 255 && char.IsAsciiLetter(name[0]);
        foreach (var c in name)
            sound &= char.IsAsciiLetterOrDigit(c) || c == '_';
        if (!sound || name is "PartitionKey" or "RowKey" or "Timestamp")
            throw new ArgumentException($"Not a property name: {name}", nameof(name));
        if (value is string text && !IsSound(text))
            throw new ArgumentException($"Property {name} holds half a surrogate pair", nameof(value));
    }

    static bool IsSound(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return false;
            i++;
        }
        return true;
    }

    /// <summary>Name, type annotation and value: base64 for bytes, six characters where a string's must be escaped.</summary>
    static int WireSizeOf(string name, object value) =>
        2 * name.Length
        + 40
        + value switch
        {
            string text => Escaped(text),
            byte[] bytes => (bytes.Length + 2) / 3 * 4,
            _ => 40,
        };

    static int Escaped(string text)
    {
        var size = 0;
        foreach (var c in text)
            size += c is >= ' ' and <= '~' and not ('"' or '\\') ? 1 : 6;
        return size;
    }

    static int LengthOf(object value) =>
        value switch
        {
            string text => 2 * text.Length,
            byte[] bytes => bytes.Length,
            _ => 0,
        };

    static int SizeOf(string name, object value) =>
        2 * name.Length
        + 8
        + value switch
        {
            string text => 2 * text.Length + 4,
            byte[] bytes => bytes.Length + 4,
            bool => 1,
            int => 4,
            long or double or DateTimeOffset => 8,
            Guid => 16,
            _ => throw new ArgumentException($"A row cannot hold {value.GetType()}", nameof(value)),
        };
}
