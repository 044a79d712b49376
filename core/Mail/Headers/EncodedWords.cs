using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Cloud.Mail.Headers;

/// <summary>Decodes <c>=?charset?B?…?=</c> in header text. RFC 2047, RFC 2231 §5.</summary>
public static class EncodedWords
{
    /// <param name="value">One unfolded value; bytes outside encoded words are UTF-8 if valid, else windows-1252.</param>
    /// <returns>The text. What is no encoded word, though it looks like one, stays as it stands.</returns>
    /// <remarks>Adjacent words of one charset are decoded as one, since many senders split characters between them.</remarks>
    public static string Decode(ReadOnlySpan<byte> value)
    {
        if (value.IndexOf("=?"u8) < 0)
            return Charsets.Guess(value);

        var text = new StringBuilder(value.Length);
        var pending = new ArrayBufferWriter<byte>(value.Length + 1);
        var pendingCharset = "";
        var afterEnds = value.Length - value.LastIndexOf("?="u8); // looked for once, not at every =?
        while (!value.IsEmpty)
        {
            var start = value.Length < afterEnds ? -1 : value.IndexOf("=?"u8);
            var plain = start < 0 ? value : value[..start];
            var isGap = pending.WrittenCount > 0 && start >= 0 && plain.IndexOfAnyExcept(" \t"u8) < 0;
            if (start >= 0 && TryWord(value[start..], out var word))
            {
                if (!isGap || !string.Equals(word.Charset, pendingCharset, StringComparison.OrdinalIgnoreCase))
                    Flush(text);
                if (!isGap)
                    text.Append(Charsets.Guess(plain));
                pendingCharset = word.Charset;
                word.DecodeTo(pending);
                value = value[(start + word.Length)..];
                continue;
            }

            Flush(text);
            var length = start < 0 ? value.Length : start + 2;
            text.Append(Charsets.Guess(value[..length]));
            value = value[length..];
        }

        Flush(text);
        return text.ToString();

        void Flush(StringBuilder target)
        {
            target.Append(Charsets.Decode(pendingCharset, pending.WrittenSpan));
            pending.ResetWrittenCount();
        }
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
            Encoding.Latin1.GetString(star < 0 ? charset : charset[..star]),
            content[..end],
            encoding == 'b',
            charsetEnd + 3 + end + 2
        );
        return true;
    }

    /// <summary>The longest name registered has 45 characters.</summary>
    const int MaxCharset = 64;

    readonly ref struct Word(string charset, ReadOnlySpan<byte> content, bool isBase64, int length)
    {
        readonly ReadOnlySpan<byte> content = content;

        public string Charset => charset;
        public int Length => length;

        public void DecodeTo(ArrayBufferWriter<byte> target)
        {
            var span = target.GetSpan(content.Length + 4);
            target.Advance(isBase64 ? FromBase64(content, span) : FromQ(content, span));
        }

        /// <summary>Takes what is base64 and skips the rest; missing padding is added.</summary>
        static int FromBase64(ReadOnlySpan<byte> content, Span<byte> bytes)
        {
            var clean = ArrayPool<byte>.Shared.Rent(content.Length + 4);
            var length = 0;
            foreach (var octet in content)
            {
                if (char.IsAsciiLetterOrDigit((char)octet) || octet is (byte)'+' or (byte)'/')
                    clean[length++] = octet;
            }

            if (length % 4 == 1)
                length--;
            while (length % 4 != 0)
                clean[length++] = (byte)'=';
            Base64.DecodeFromUtf8(clean.AsSpan(0, length), bytes, out _, out var written);
            ArrayPool<byte>.Shared.Return(clean);
            return written;
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
                    && Utf8Parser.TryParse(content.Slice(i + 1, 2), out byte escaped, out var read, 'x')
                    && read == 2
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
