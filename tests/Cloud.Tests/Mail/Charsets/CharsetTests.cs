using System.Text;
using Cloud.Mail.Charsets;

namespace Cloud.Tests.Mail.Charsets;

public sealed class CharsetTests
{
    [Theory]
    [InlineData("utf-8", "C3BC", "ü")]
    [InlineData("UTF8", "C3BC", "ü")]
    [InlineData(" \"utf-8\" ", "C3BC", "ü")]
    [InlineData("utf-8", "EFBBBF41", "A")] // a byte order mark is no text
    [InlineData("utf-8", "41FF42", "A\uFFFDB")]
    [InlineData("iso-8859-1", "FC80", "ü€")] // senders mean windows-1252
    [InlineData("us-ascii", "C3BC", "ü")] // not ASCII: guessed
    [InlineData("ansi_x3.4-1968", "FC", "ü")]
    [InlineData("iso-8859-2", "B1", "ą")]
    [InlineData("ISO_8859-7:1987", "E1", "α")]
    [InlineData("iso-8859-8-i", "E0", "א")]
    [InlineData("iso-8859-9", "F0", "ğ")]
    [InlineData("iso-8859-10", "B6", "ķ")]
    [InlineData("iso-8859-11", "A1", "ก")]
    [InlineData("iso-8859-13", "E6", "ę")]
    [InlineData("iso-8859-14", "F7", "ṫ")]
    [InlineData("iso-8859-15", "A4", "€")]
    [InlineData("iso-8859-16", "AAFE", "Șț")]
    [InlineData("viscii", "5469AA6E6702", "TiếngẲ")]
    [InlineData("x-vietnamese-tcvn", "5469D56E6701", "TiếngÚ")]
    [InlineData("armscii-8", "B2B3A1", "Աա\uFFFD")]
    [InlineData("windows-1251", "CF", "П")]
    [InlineData("cp1250", "9A", "š")]
    [InlineData("x-cp1252", "80", "€")]
    [InlineData("win-1251", "CF", "П")]
    [InlineData("ibm437", "81", "ü")]
    [InlineData("koi8-r", "F0", "П")]
    [InlineData("koi8-u", "A4", "є")]
    [InlineData("macintosh", "9F", "ü")]
    [InlineData("x-mac-roman", "9F", "ü")]
    [InlineData("x-mac-cyrillic", "80", "А")]
    [InlineData("tis-620", "A1", "ก")]
    [InlineData("shift_jis", "93FA967B", "日本")]
    [InlineData("x-sjis", "93FA967B", "日本")]
    [InlineData("cp932", "8740", "①")]
    [InlineData("windows-31j", "8740", "①")]
    [InlineData("euc-jp", "C6FCCBDC", "日本")]
    [InlineData("iso-2022-jp", "1B2442467C4B5C1B2842", "日本")]
    [InlineData("gb2312", "D6D0CEC4", "中文")]
    [InlineData("gb2312", "8140", "丂")] // GBK, sent as GB 2312
    [InlineData("gb18030", "81308130", "\u0080")]
    [InlineData("cp936", "D6D0", "中")]
    [InlineData("hz-gb-2312", "7E7B56507E7D", "中")]
    [InlineData("big5", "A4A4", "中")]
    [InlineData("big5-hkscs", "A4A4", "中")]
    [InlineData("euc-kr", "B0A1", "가")]
    [InlineData("ks_c_5601-1987", "B0A1", "가")]
    [InlineData("ks_c_5601-1987", "8141", "갂")] // code page 949
    [InlineData("utf-16", "00FC", "ü")]
    [InlineData("utf-16", "FEFF00FC", "ü")]
    [InlineData("utf-16", "FFFEFC00", "ü")]
    [InlineData("utf-16le", "FC00", "ü")]
    [InlineData("utf-16le", "FC", "\uFFFD")]
    [InlineData("utf-32", "000000FC", "ü")]
    [InlineData("utf-7", "41262041", "A& A")]
    [InlineData("no-such-set", "FC", "ü")]
    [InlineData("no-such-set", "C3BC", "ü")]
    [InlineData("", "FC", "ü")]
    [InlineData("cp99999", "FC", "ü")]
    [InlineData("shift_jis", "41", "A")]
    [InlineData("utf-8", "", "")]
    public void Bytes_become_text_by_the_names_in_use(string name, string hex, string expected) =>
        Assert.Equal(expected, Charset.Decode(name, System.Convert.FromHexString(hex)));

    [Theory]
    [InlineData("Hi Mom -+Jjo--!", "Hi Mom -\u263A-!")] // RFC 2152
    [InlineData("A+ImIDkQ.", "A\u2262\u0391.")]
    [InlineData("+ZeVnLIqe-", "\u65E5\u672C\u8A9E")]
    [InlineData("1 +- 1 = 2", "1 + 1 = 2")]
    [InlineData("+2D3eAA-", "\U0001F600")]
    [InlineData("+APw", "ü")] // left open
    [InlineData("+APw+-APY", "üAPY")] // a plus is base64 inside
    [InlineData("a + b+", "a + b+")]
    [InlineData("+A-x", "x")] // too few bits
    [InlineData("+2D0-x", "\uFFFDx")] // half a character
    public void Utf_7_is_read(string wire, string expected) =>
        Assert.Equal(expected, Charset.Decode("unicode-1-1-utf-7", Encoding.Latin1.GetBytes(wire)));

    [Theory]
    [InlineData("C3BC", null, "ü")]
    [InlineData("C3BC", "koi8-r", "ü")] // valid UTF-8 is UTF-8
    [InlineData("F0", "koi8-r", "П")]
    [InlineData("F0", null, "ð")]
    [InlineData("F0", "no-such-set", "ð")]
    [InlineData("F0", "us-ascii", "ð")]
    [InlineData("EFBBBF41", null, "A")]
    public void Undeclared_text_is_guessed(string hex, string? hint, string expected)
    {
        Assert.Equal(expected, Charset.Guess(System.Convert.FromHexString(hex), hint));
        Assert.Equal(expected, Charset.Decode("us-ascii", System.Convert.FromHexString(hex), hint));
    }

    [Fact]
    public void No_bytes_break_any_charset()
    {
        string[] names =
        [
            "utf-8",
            "utf-7",
            "utf-16",
            "utf-16le",
            "utf-32",
            "utf-32le",
            "shift_jis",
            "euc-jp",
            "iso-2022-jp",
            "gb18030",
            "hz-gb-2312",
            "iso-2022-cn",
            "iso-2022-kr",
            "big5",
            "euc-kr",
            "johab",
            "ibm037",
            "iso-8859-8-i",
            .. Enumerable.Range(1, 16).Select(part => $"iso-8859-{part}"),
            .. new[]
            {
                437,
                720,
                737,
                775,
                850,
                852,
                855,
                857,
                858,
                860,
                861,
                862,
                863,
                864,
                865,
                866,
                869,
                874,
                1250,
                1258,
            }.Select(page => $"cp{page}"),
            .. new[] { 50221, 50222, 50227, 50229, 51936, 51949, 52936, 57002, 57011, 20932, 29001 }.Select(page =>
                $"cp{page}"
            ),
        ];
        var random = new Random(7);
        foreach (var name in names)
        {
            for (var run = 0; run < 400; run++)
            {
                var bytes = new byte[random.Next(60)];
                random.NextBytes(bytes);
                foreach (ref var octet in bytes.AsSpan())
                {
                    if (random.Next(3) == 0)
                        octet = "\u001b$()BJA~{}\u000e\u000f+-"u8[random.Next(14)];
                }

                Assert.InRange(Charset.Decode(name, bytes).Length, 0, 2 * bytes.Length + 1);
            }
        }
    }

    /// <summary>Where a long text is cut for decoding shows in no character.</summary>
    [Theory]
    [InlineData("iso-2022-jp", 50220)]
    [InlineData("iso-2022-kr", 50225)]
    [InlineData("hz-gb-2312", 52936)]
    [InlineData("gb18030", 54936)]
    [InlineData("big5", 950)]
    [InlineData("shift_jis", 932)]
    [InlineData("euc-jp", 51932)]
    [InlineData("euc-kr", 949)]
    [InlineData("johab", 1361)]
    [InlineData("utf-16le", 1200)]
    [InlineData("windows-1251", 1251)]
    public void Long_text_is_decoded_as_one(string name, int codePage)
    {
        var encoding = codePage == 1200 ? Encoding.Unicode : CodePagesEncodingProvider.Instance.GetEncoding(codePage)!;
        var words = codePage switch
        {
            50225 or 949 or 1361 => "가나다 라마 abc\r\n",
            1251 => "Привет, мир, abc\r\n",
            950 => "中文測試 abc\r\n",
            932 or 50220 or 51932 => "日本語 テキスト abc\r\n",
            _ => "中文测试 abc\r\n",
        };
        foreach (var start in new[] { "", "a", "ab", "abc" })
        {
            var text = start + string.Concat(Enumerable.Repeat(words, 600));

            Assert.Equal(text, Charset.Decode(name, encoding.GetBytes(text)));
        }
    }

    [Fact]
    public void Text_that_is_not_in_its_charset_can_be_read_all_the_same()
    {
        var text = string.Concat(Enumerable.Repeat("Grüße, Größe, Æøå. ", 10_000));

        Assert.Equal(text, Charset.Decode("euc-jp", Encoding.UTF8.GetBytes(text)));
        Assert.EndsWith("Æøå. ", Charset.Decode("johab", Encoding.Latin1.GetBytes(text)));
    }

    [Fact]
    public void Some_characters_missing_in_a_charset_cost_no_others()
    {
        var octets = new List<byte>();
        for (var i = 0; i < 10_000; i++)
            octets.AddRange(i % 20 == 0 ? [0x87, 0xFF, (byte)'x'] : [0xA4, 0xA4]); // one that Big5 has not

        var text = Charset.Decode("big5", [.. octets]);

        Assert.Equal(9_500, text.Count(c => c == '中'));
        Assert.Equal(500, text.Count(c => c == '\uFFFD'));
    }

    [Fact]
    public void No_name_breaks_anything()
    {
        var random = new Random(7);
        for (var run = 0; run < 20_000; run++)
        {
            var name = new string(random.GetItems("cpwindowsiso-8859utf_ 0123456789\0ü".AsSpan(), random.Next(100)));

            Assert.NotNull(Charset.Decode(name, [0x41, 0xFC, 0x1B]));
        }
    }
}
