using System.Text;
using System.Text.Unicode;

namespace Cloud.Mail.Headers;

/// <summary>Bytes to text by the charset names mail uses. Never throws: what cannot be decoded becomes U+FFFD.</summary>
public static class Charsets
{
    static readonly EncodingProvider CodePages = CodePagesEncodingProvider.Instance;
    static readonly Encoding Windows1252 = CodePages.GetEncoding(1252)!;

    /// <param name="charset">As the mail names it; an unknown one is guessed.</param>
    /// <param name="bytes">Of the text.</param>
    public static string Decode(string charset, ReadOnlySpan<byte> bytes) =>
        bytes.IsEmpty ? ""
        : Find(charset) is { } encoding ? encoding.GetString(bytes)
        : Guess(bytes);

    /// <summary>UTF-8 where the bytes are valid UTF-8, else windows-1252, which every byte is valid in.</summary>
    public static string Guess(ReadOnlySpan<byte> bytes) =>
        Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : Windows1252.GetString(bytes);

    static Encoding? Find(string charset) =>
        charset.Trim().ToLowerInvariant() switch
        {
            "utf-8" or "utf8" or "unicode-1-1-utf-8" => Encoding.UTF8,
            // Senders that say ASCII or Latin-1 and use C1 octets mean windows-1252, as browsers take it.
            "iso-8859-1" or "latin1" or "iso8859-1" or "l1" or "cp1252" => Windows1252,
            "us-ascii" or "ascii" or "ansi_x3.4-1968" or "" or "unknown-8bit" or "x-unknown" => null,
            "utf-7" or "unicode-1-1-utf-7" => null,
            "cp932" or "ms932" or "windows-31j" or "x-sjis" => CodePages.GetEncoding(932),
            "cp949" or "ms949" or "ks_c_5601-1987" => CodePages.GetEncoding(949),
            "gbk" or "cp936" or "gb2312" => CodePages.GetEncoding(54936), // GB 18030 holds both
            var name => Named(name),
        };

    static Encoding? Named(string name)
    {
        if (CodePages.GetEncoding(name) is { } encoding)
            return encoding;
        try
        {
            return Encoding.GetEncoding(name);
        }
        catch (ArgumentException)
        {
            return null; // The framework has no way to ask.
        }
    }
}
