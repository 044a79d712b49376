using System.IO.Compression;

namespace Cloud.Trust;

/// <summary>Reads what may swell without end only so far.</summary>
static class Bounded
{
    const int Chunk = 64 * 1024;

    /// <exception cref="InvalidDataException">It is damaged, or over the limit.</exception>
    public static MemoryStream Inflate(ReadOnlySpan<byte> deflated, int most)
    {
        using var source = new MemoryStream(deflated.ToArray());
        using var inflate = new DeflateStream(source, CompressionMode.Decompress);
        return Read(inflate, most);
    }

    /// <inheritdoc cref="Inflate"/>
    public static MemoryStream Read(Stream source, int most)
    {
        var whole = new MemoryStream();
        var buffer = new byte[Chunk];
        while (source.Read(buffer) is > 0 and var count)
        {
            if (whole.Length + count > most)
                throw new InvalidDataException("More than is read");
            whole.Write(buffer, 0, count);
        }
        whole.Position = 0;
        return whole;
    }
}
