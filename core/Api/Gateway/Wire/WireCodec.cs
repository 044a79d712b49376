using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cloud.Store.Packing;
using Cloud.Store.Ports;

namespace Cloud.Api.Gateway.Wire;

/// <summary>Bytes from the other end that make no sense.</summary>
public sealed class WireException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>A value's form on the wire.</summary>
public abstract class WireCodec<T>
{
    public abstract string ContentType { get; }

    public abstract byte[] Encode(T value);

    /// <exception cref="WireException">The bytes are not such a value.</exception>
    public abstract T Decode(ReadOnlySpan<byte> bytes);
}

sealed class JsonCodec<T>(JsonTypeInfo<T> type) : WireCodec<T>
{
    public override string ContentType => WireFormat.Json;

    public override byte[] Encode(T value) => JsonSerializer.SerializeToUtf8Bytes(value, type);

    public override T Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, type) ?? throw new WireException("The body is null");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException) // the latter for a search of no kind
        {
            throw new WireException($"The body is no {typeof(T).Name}: {e.Message}", e);
        }
    }
}

/// <summary>A value as seen through another type: refusals and nulls have their form, whatever they wrap.</summary>
sealed class MappedCodec<T, TWire>(WireCodec<TWire> inner, Func<T, TWire> to, Func<TWire, T> from) : WireCodec<T>
{
    public override string ContentType => inner.ContentType;

    public override byte[] Encode(T value) => inner.Encode(to(value));

    public override T Decode(ReadOnlySpan<byte> bytes) => from(inner.Decode(bytes));
}

/// <summary>A head in JSON, and long lists packed behind it: the head's length as a varint, the head, the columns.</summary>
/// <param name="write">Writes the columns.</param>
/// <param name="read">Puts head and columns together.</param>
sealed class PackedCodec<T, THead>(
    JsonTypeInfo<THead> type,
    Func<T, THead> head,
    Action<T, PackWriter> write,
    PackedCodec<T, THead>.Read read
) : WireCodec<T>
{
    public delegate T Read(THead head, ref PackReader columns);

    readonly JsonCodec<THead> heads = new(type);

    public override string ContentType => WireFormat.Packed;

    public override byte[] Encode(T value)
    {
        var text = heads.Encode(head(value));
        var writer = new PackWriter(text.Length + 4096);
        writer.Varint((ulong)text.Length);
        writer.Bytes(text);
        write(value, writer);
        return writer.ToArray();
    }

    public override T Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var reader = new PackReader(bytes);
            var text = reader.Bytes(reader.Varint());
            var value = read(heads.Decode(text), ref reader);
            return reader.AtEnd ? value : throw new WireException("More bytes than the body should have");
        }
        catch (StoreException e)
        {
            throw new WireException($"The body is no {typeof(T).Name}", e);
        }
    }
}
