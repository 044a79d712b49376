using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;

namespace Cloud.Mail.Charsets;

/// <summary>A charset of the framework, decoded piece by piece, since each octet that is wrong in it costs memory.</summary>
/// <remarks>
/// The framework's decoders make an array for each wrong octet: a mebibyte of them would cost forty. So they are counted,
/// and a text that has too many is given up. One serves one text at a time, and then the next.
/// </remarks>
sealed class CodePage(Encoding encoding, Replacement replacement)
{
    /// <summary>Octets decoded at a time, after which the wrong ones are counted.</summary>
    const int Piece = 2 * 1024;

    /// <summary>Wrong octets of any text: more than a letter has that lacks some characters in our table of its charset.</summary>
    const int MaxWrong = 4 * 1024;

    /// <summary>Octets of a long text for each wrong one: what these cost stays below what the text itself does.</summary>
    const int OctetsPerWrong = 24;

    static readonly ConcurrentDictionary<int, StrongBox<CodePage?>> Spare = new();

    readonly Decoder decoder = encoding.GetDecoder();

    /// <summary>Decodes a text at the end of <paramref name="text"/>.</summary>
    /// <returns>Octets decoded, fewer than all where too many are wrong; null for a number the framework does not know.</returns>
    public static int? TryAppend(int number, ReadOnlySpan<byte> octets, ref PooledText text)
    {
        var spare = Spare.TryGetValue(number, out var kept) ? kept : null;
        var page = spare is null ? null : Interlocked.Exchange(ref spare.Value, null);
        page ??= Find(number);
        if (page is null)
            return null;
        var read = page.Append(octets, ref text);
        (spare ?? Spare.GetOrAdd(number, _ => new())).Value = page;
        return read;
    }

    static CodePage? Find(int number)
    {
        var replacement = new Replacement();
        Encoding? encoding = number switch
        {
            1200 or 1201 => new UnicodeEncoding(bigEndian: number == 1201, byteOrderMark: false),
            12000 or 12001 => new UTF32Encoding(bigEndian: number == 12001, byteOrderMark: false),
            _ => CodePagesEncodingProvider.Instance.GetEncoding(number),
        };
        if (encoding is null)
            return null;
        encoding = (Encoding)encoding.Clone(); // with the same tables
        encoding.DecoderFallback = replacement;
        return new CodePage(encoding, replacement);
    }

    int Append(ReadOnlySpan<byte> octets, ref PooledText text)
    {
        var most = Math.Max(MaxWrong, octets.Length / OctetsPerWrong);
        replacement.Count = 0;
        var read = 0;
        while (read < octets.Length && replacement.Count <= most)
        {
            var piece = octets.Slice(read, Math.Min(Piece, octets.Length - read));
            read += piece.Length;
            Decode(piece, isLast: read == octets.Length, ref text);
        }

        if (read < octets.Length)
            Decode([], isLast: true, ref text);
        return read;
    }

    void Decode(ReadOnlySpan<byte> octets, bool isLast, ref PooledText text) =>
        text.Advance(decoder.GetChars(octets, text.Room(encoding.GetMaxCharCount(octets.Length)), flush: isLast));
}

/// <summary>U+FFFD for each run of octets that is no character, and how many there were.</summary>
sealed class Replacement : DecoderFallback
{
    public int Count { get; set; }

    public override int MaxCharCount => 1;

    public override DecoderFallbackBuffer CreateFallbackBuffer() => new Character(this);

    sealed class Character(Replacement owner) : DecoderFallbackBuffer
    {
        bool isPending;

        public override int Remaining => isPending ? 1 : 0;

        public override bool Fallback(byte[] bytesUnknown, int index)
        {
            owner.Count++;
            return isPending = true;
        }

        public override char GetNextChar()
        {
            var character = isPending ? '\uFFFD' : '\0';
            isPending = false;
            return character;
        }

        public override bool MovePrevious() => false; // nobody takes a single character back

        public override void Reset() => isPending = false;
    }
}
