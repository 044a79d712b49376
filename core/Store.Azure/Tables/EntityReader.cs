using System.Buffers;
using System.Text.Json;
using Cloud.Store.Ports;

namespace Cloud.Store.Azure.Tables;

/// <summary>Reads rows out of a JSON answer while its bytes arrive, so that a long page is not held twice.</summary>
/// <param name="depth">Where an entity is: <see cref="Alone"/> or <see cref="InList"/>.</param>
sealed class EntityReader(int depth)
{
    /// <summary>The answer is the entity.</summary>
    public const int Alone = 0;

    /// <summary>The answer is <c>{"value":[entity, …]}</c>.</summary>
    public const int InList = 2;

    /// <summary>Longest token, in bytes: a property of 64 KiB, each character escaped, with room to spare.</summary>
    const int TokenBytes = 1024 * 1024;

    readonly List<Row> rows = [];
    readonly List<string> names = [];
    JsonReaderState state;
    int next;
    string name = "";
    string? type;
    string partition = "";
    string row = "";
    string etag = "";
    RowData data = [];

    public static async ValueTask<IReadOnlyList<Row>> ReadAsync(Stream json, int depth, CancellationToken cancel)
    {
        var reader = new EntityReader(depth);
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            var held = 0;
            while (true)
            {
                var read = await json.ReadAsync(buffer.AsMemory(held), cancel);
                held += read;
                var used = reader.Read(buffer.AsSpan(0, held), read == 0);
                if (read == 0)
                    return reader.rows;

                buffer.AsSpan(used, held - used).CopyTo(buffer);
                held -= used;
                if (held == buffer.Length)
                    buffer = Grow(buffer);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    static byte[] Grow(byte[] buffer)
    {
        if (buffer.Length >= TokenBytes)
            throw new InvalidDataException("The table service sent a value of over 1 MiB");
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    /// <returns>How many of the bytes are done with; the others are to come again, with more behind them.</returns>
    /// <exception cref="JsonException">Not JSON, or cut short although it is the <paramref name="last"/>.</exception>
    int Read(ReadOnlySpan<byte> bytes, bool last)
    {
        var reader = new Utf8JsonReader(bytes, last, state);
        while (reader.Read())
            Take(ref reader);
        state = reader.CurrentState;
        return (int)reader.BytesConsumed;
    }

    void Take(ref Utf8JsonReader reader)
    {
        if (reader.CurrentDepth == depth && reader.TokenType == JsonTokenType.StartObject)
            (next, type, data, etag) = (0, null, [], "");
        else if (reader.CurrentDepth == depth && reader.TokenType == JsonTokenType.EndObject)
            rows.Add(new(new(partition, row), data, etag));
        else if (reader.CurrentDepth == depth + 1 && reader.TokenType == JsonTokenType.PropertyName)
            name = Name(ref reader);
        else if (reader.CurrentDepth == depth + 1)
            TakeValue(ref reader);
    }

    void TakeValue(ref Utf8JsonReader reader)
    {
        if (name.EndsWith(EdmType.Annotation, StringComparison.Ordinal))
        {
            type = reader.GetString();
            return;
        }
        if (name == "odata.etag")
            etag = reader.GetString() ?? "";
        else if (name == "PartitionKey")
            partition = reader.ValueTextEquals(partition) ? partition : reader.GetString() ?? "";
        else if (name == "RowKey")
            row = reader.GetString() ?? "";
        else if (name != "Timestamp" && !name.Contains('.') && Value(ref reader) is { } value)
            Add(value);
        type = null;
    }

    void Add(object value)
    {
        if (value is long ticks && name.StartsWith(EdmType.EarlyPrefix, StringComparison.Ordinal))
            data.Add(name[EdmType.EarlyPrefix.Length..], new DateTimeOffset(ticks, TimeSpan.Zero));
        else
            data.Add(name, value);
    }

    /// <remarks>A double comes without its type when it looks like one: <c>1.0</c>.</remarks>
    object? Value(ref Utf8JsonReader reader) =>
        reader.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            JsonTokenType.Number when type == EdmType.Int64 => reader.GetInt64(),
            JsonTokenType.Number when type is null && reader.TryGetInt32(out var number) => number,
            JsonTokenType.Number => reader.GetDouble(),
            JsonTokenType.String when type == EdmType.Binary => reader.GetBytesFromBase64(),
            JsonTokenType.String when type is not null => EdmType.Parse(type, reader.GetString()!),
            JsonTokenType.String => reader.GetString(),
            JsonTokenType.Null => null,
            _ => throw new InvalidDataException($"The table service sent {reader.TokenType} as a value"),
        };

    /// <summary>The rows of a page have the same names in the same order: each is made into a string once.</summary>
    string Name(ref Utf8JsonReader reader)
    {
        if (next < names.Count && reader.ValueTextEquals(names[next]))
            return names[next++];

        var text = reader.GetString()!;
        next = names.IndexOf(text) + 1;
        if (next > 0)
            return text;
        if (names.Count < 2 * RowLimits.Properties)
            names.Add(text);
        next = names.Count;
        return text;
    }
}
