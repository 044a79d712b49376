using System.Buffers;
using System.Text;
using Cloud.Mail.Tnef;

namespace Cloud.Tests.Mail.Tnef;

/// <summary>Writes winmail.dat as Outlook does.</summary>
sealed class TnefFile
{
    readonly MemoryStream file = new();

    public TnefFile()
    {
        file.Write([0x78, 0x9F, 0x3E, 0x22, 1, 0]);
        Attribute(1, 0x00089006, [0, 0, 1, 0]); // version
        Attribute(1, 0x00069007, [0xE4, 4, 0, 0, 0, 0, 0, 0]); // code page 1252
    }

    public byte[] Bytes => file.ToArray();

    /// <summary>Compressed RTF as text.</summary>
    public static byte[] Rtf(ReadOnlySpan<byte> compressed)
    {
        var text = new ArrayBufferWriter<byte>();
        RtfDecompressor.Decompress(compressed, text);
        return text.WrittenSpan.ToArray();
    }

    public TnefFile Message(uint id, byte[] value) => Attribute(1, id, value);

    public TnefFile Properties(params byte[][] properties) => Attribute(1, 0x00069003, List(properties));

    public TnefFile Attachment(string title, byte[]? data, params byte[][] properties)
    {
        Attribute(2, 0x00069002, new byte[14]);
        if (title.Length > 0)
            Attribute(2, 0x00018010, [.. Encoding.Latin1.GetBytes(title), 0]);
        if (data is not null)
            Attribute(2, 0x0006800F, data);
        return properties.Length == 0 ? this : Attribute(2, 0x00069005, List(properties));
    }

    public static byte[] Unicode(int id, string text) => Variable(id, 0x1F, Encoding.Unicode.GetBytes(text + "\0"));

    public static byte[] Text(int id, string text) => Variable(id, 0x1E, Encoding.Latin1.GetBytes(text + "\0"));

    public static byte[] Binary(int id, byte[] value) => Variable(id, 0x102, value);

    public static byte[] Object(int id, byte[] value) => Variable(id, 0x0D, value);

    public static byte[] Number(int id, int value) => [3, 0, .. Word(id), .. BitConverter.GetBytes(value)];

    /// <summary>A property that has a name, which a reader has to pass over.</summary>
    public static byte[] Named(string name) =>
        [
            0x1E,
            0,
            0x01,
            0x80,
            .. new byte[16],
            1,
            0,
            0,
            0,
            .. BitConverter.GetBytes(name.Length * 2),
            .. Padded(Encoding.Unicode.GetBytes(name)),
            1,
            0,
            0,
            0,
            2,
            0,
            0,
            0,
            .. Padded([65, 0]),
        ];

    static byte[] Variable(int id, int type, byte[] value) =>
        [.. Word(type), .. Word(id), 1, 0, 0, 0, .. BitConverter.GetBytes(value.Length), .. Padded(value)];

    static byte[] List(byte[][] properties) =>
        [.. BitConverter.GetBytes(properties.Length), .. properties.SelectMany(property => property)];

    static byte[] Padded(byte[] value) => [.. value, .. new byte[-value.Length & 3]];

    static byte[] Word(int value) => BitConverter.GetBytes((ushort)value);

    TnefFile Attribute(byte level, uint id, byte[] value)
    {
        file.WriteByte(level);
        file.Write(BitConverter.GetBytes(id));
        file.Write(BitConverter.GetBytes(value.Length));
        file.Write(value);
        file.Write(Word(value.Sum(octet => octet) & 0xFFFF));
        return this;
    }
}
