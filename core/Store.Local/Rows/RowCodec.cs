using System.Buffers.Binary;
using System.Text;
using Cloud.Store.Ports;

namespace Cloud.Store.Local.Rows;

/// <summary>A row's properties as bytes.</summary>
/// <remarks>
/// Version octet, then for each property: type octet, name (count, UTF-8), value. Numbers are little-endian, texts and
/// byte strings have a count before them. To change a type or its form is a new version.
/// </remarks>
static class RowCodec
{
    const byte Version = 1;

    enum Kind : byte
    {
        Text = 1,
        Bytes,
        False,
        True,
        Int,
        Long,
        Double,
        Time,
        Guid,
    }

    public static void Write(PooledBuffer to, RowData data)
    {
        to.Byte(Version);
        foreach (var (name, value) in data)
            WriteProperty(to, name, value);
    }

    static void WriteProperty(PooledBuffer to, string name, object value)
    {
        to.Byte((byte)KindOf(value));
        to.Text(name);
        switch (value)
        {
            case string text:
                to.Text(text);
                break;
            case byte[] bytes:
                to.Count(bytes.Length);
                to.Write(bytes);
                break;
            case int number:
                BinaryPrimitives.WriteInt32LittleEndian(to.Take(4), number);
                break;
            case long number:
                to.Int64(number);
                break;
            case double number:
                to.Int64(BitConverter.DoubleToInt64Bits(number));
                break;
            case DateTimeOffset time:
                to.Int64(time.UtcTicks);
                break;
            case Guid guid:
                guid.TryWriteBytes(to.Take(16));
                break;
        }
    }

    static Kind KindOf(object value) =>
        value switch
        {
            string => Kind.Text,
            byte[] => Kind.Bytes,
            bool truth => truth ? Kind.True : Kind.False,
            int => Kind.Int,
            long => Kind.Long,
            double => Kind.Double,
            DateTimeOffset => Kind.Time,
            Guid => Kind.Guid,
            _ => throw new ArgumentException($"A row cannot hold {value.GetType()}", nameof(value)),
        };

    /// <exception cref="StoreException">Not what <see cref="Write"/> wrote.</exception>
    public static RowData Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (bytes[0] != Version)
                throw new StoreException($"Row of version {bytes[0]}, which this program does not know");
            bytes = bytes[1..];
            var data = new RowData();
            while (!bytes.IsEmpty)
            {
                var kind = (Kind)bytes[0];
                bytes = bytes[1..];
                var name = PropertyNames.Get(TakeCounted(ref bytes));
                data.Add(name, ReadValue(kind, ref bytes));
            }
            return data;
        }
        catch (Exception cause) when (cause is ArgumentException or IndexOutOfRangeException)
        {
            throw new StoreException("A row is damaged", cause);
        }
    }

    static object ReadValue(Kind kind, ref ReadOnlySpan<byte> bytes) =>
        kind switch
        {
            Kind.Text => Encoding.UTF8.GetString(TakeCounted(ref bytes)),
            Kind.Bytes => TakeCounted(ref bytes).ToArray(),
            Kind.False => false,
            Kind.True => true,
            Kind.Int => BinaryPrimitives.ReadInt32LittleEndian(Take(ref bytes, 4)),
            Kind.Long => TakeInt64(ref bytes),
            Kind.Double => BitConverter.Int64BitsToDouble(TakeInt64(ref bytes)),
            Kind.Time => new DateTimeOffset(TakeInt64(ref bytes), TimeSpan.Zero),
            Kind.Guid => new Guid(Take(ref bytes, 16)),
            _ => throw new StoreException($"A row holds the unknown type {kind}"),
        };

    static long TakeInt64(ref ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt64LittleEndian(Take(ref bytes, 8));

    static ReadOnlySpan<byte> TakeCounted(ref ReadOnlySpan<byte> bytes)
    {
        var count = 0;
        for (var shift = 0; ; shift += 7)
        {
            var octet = bytes[0];
            bytes = bytes[1..];
            count |= (octet & 0x7F) << shift;
            if (octet < 0x80)
                return Take(ref bytes, count);
        }
    }

    static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> bytes, int count)
    {
        var taken = bytes[..count];
        bytes = bytes[count..];
        return taken;
    }
}
