using System.Buffers;
using System.Text;
using Cloud.Mail.Charsets;
using Cloud.Mail.Encodings;

namespace Cloud.Mail.Headers;

/// <summary>Decodes <c>=?charset?B?…?=</c> in header text. RFC 2047, RFC 2231 §5.</summary>
/// <remarks>
/// Lenient where senders are wrong: words inside other text, quoted strings and parameters; over 75 characters; with
/// spaces or other octets in them; with broken base64; of unknown charsets, which are guessed.
/// </remarks>
public static class EncodedWords
{
    /// <summary>Words decoded of one value; the rest stays as it stands. RFC 2047 §2 has words of 75 characters: this is 590
    /// KiB of them, and no subject or name has a hundredth.</summary>
    const int MaxWords = 8_000;

    /// <param name="value">One unfolded value; bytes outside encoded words are UTF-8 if valid, else windows-1252.</param>
    /// <param name="hint">The charset to guess for undeclared octets that are not UTF-8; null for windows-1252.</param>
    /// <returns>The text. What is no encoded word, though it looks like one, stays as it stands.</returns>
    /// <remarks>Adjacent words of one charset are decoded as one, since many senders split characters between them.</remarks>
    public static string Decode(ReadOnlySpan<byte> value, string? hint = null)
    {
        if (value.IndexOf("=?"u8) < 0)
            return Charset.Guess(value, hint);

        var text = new PooledText(value.Length);
        var words = new Words(value.Length, hint);
        var left = MaxWords;
        var afterEnds = value.Length - value.LastIndexOf("?="u8); // looked for once, not at every =?
        while (!value.IsEmpty)
        {
            var start = left == 0 || value.Length < afterEnds ? -1 : value.IndexOf("=?"u8);
            var plain = start < 0 ? value : value[..start];
            if (start >= 0 && TryWord(value[start..], out var word))
            {
                // White space between words is not there to be shown: RFC 2047 §6.2.
                var isGap = words.HasWord && plain.IndexOfAnyExcept(" \t"u8) < 0;
                if (!isGap)
                {
                    words.MoveTo(ref text);
                    Charset.AppendGuess(plain, hint, ref text);
                }

                words.Add(word, ref text);
                left--;
                value = value[(start + word.Length)..];
                continue;
            }

            words.MoveTo(ref text);
            var length = start < 0 ? value.Length : start + 2;
            Charset.AppendGuess(value[..length], hint, ref text);
            value = value[length..];
        }

        words.MoveTo(ref text);
        words.Return();
        return text.Take();
    }

    static bool TryWord(ReadOnlySpan<byte> text, out Word word)
    {
        word = default;
        var charsetEnd = text[2..].IndexOf((byte)'?') + 2;
        if (
            charsetEnd < 3
            || charsetEnd > 2 + MaxCharset
            || charsetEnd + 2 >= text.Length
            || text[charsetEnd + 2] != '?'
        )
            return false;
        var encoding = (byte)(text[charsetEnd + 1] | 0x20);
        if (encoding is not ((byte)'b' or (byte)'q'))
            return false;

        var content = text[(charsetEnd + 3)..];
        var end = content.IndexOf("?="u8);
        if (end < 0)
            return false;
        var charset = text[2..charsetEnd];
        var star = charset.IndexOf((byte)'*'); // a language: RFC 2231 §5
        word = new Word(
            star < 0 ? charset : charset[..star],
            content[..end],
            encoding == 'b',
            charsetEnd + 3 + end + 2
        );
        return true;
    }

    /// <summary>The longest name registered has 45 characters.</summary>
    const int MaxCharset = 64;

    readonly ref struct Word(ReadOnlySpan<byte> charset, ReadOnlySpan<byte> content, bool isBase64, int length)
    {
        public ReadOnlySpan<byte> Charset { get; } = charset;
        public ReadOnlySpan<byte> Content { get; } = content;
        public bool IsBase64 => isBase64;
        public int Length => length;
    }

    /// <summary>Octets of adjacent words that have one charset.</summary>
    ref struct Words(int capacity, string? hint)
    {
        readonly byte[] octets = ArrayPool<byte>.Shared.Rent(capacity);
        int length;
        ReadOnlySpan<byte> charset;
        int codePage;

        /// <summary>The last thing read was a word, even one that holds nothing.</summary>
        public bool HasWord { get; private set; }

        public void Add(Word word, ref PooledText text)
        {
            if (HasWord && !(Ascii.EqualsIgnoreCase(word.Charset, charset) && Charset.IsJoinable(codePage)))
                MoveTo(ref text);
            if (!charset.SequenceEqual(word.Charset))
                codePage = CodePageOf(word.Charset);
            charset = word.Charset;
            HasWord = true;
            var room = octets.AsSpan(length);
            length += word.IsBase64 ? Base64Decoder.Decode(word.Content, room) : FromQ(word.Content, room);
        }

        public void MoveTo(ref PooledText text)
        {
            if (length > 0)
                Charset.Append(codePage, octets.AsSpan(0, length), hint, ref text);
            length = 0;
            HasWord = false;
        }

        public readonly void Return() => ArrayPool<byte>.Shared.Return(octets);

        static int CodePageOf(ReadOnlySpan<byte> name)
        {
            Span<char> chars = stackalloc char[MaxCharset];
            return CharsetNames.CodePage(chars[..Encoding.Latin1.GetChars(name, chars)]);
        }

        static int FromQ(ReadOnlySpan<byte> content, Span<byte> bytes)
        {
            var written = 0;
            for (var i = 0; i < content.Length; i++)
            {
                var octet = content[i];
                if (octet == '_')
                    octet = (byte)' '; // RFC 2047 §4.2
                else if (
                    octet == '='
                    && i + 2 < content.Length
                    && Hex.TryOctet(content[i + 1], content[i + 2], out var escaped)
                )
                {
                    octet = escaped;
                    i += 2;
                }

                bytes[written++] = octet;
            }

            return written;
        }
    }
}
