using System.Text;
using Cloud.Mail.Headers;

namespace Cloud.Tests.Mail.Headers;

public sealed class EncodedWordsTests
{
    [Fact]
    public void Words_beyond_a_limit_stay_as_they_stand()
    {
        var text = EncodedWords.Decode(
            Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("=?utf-8?q?a?=x", 8_001)))
        );

        Assert.EndsWith("axaxax=?utf-8?q?a?=x", text);
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße")]
    [InlineData("=?UTF-8?b?R3LDvMOfZQ==?=", "Grüße")]
    [InlineData("a =?iso-8859-1?q?=E4_=F6?= b", "a ä ö b")]
    [InlineData("=?utf-8?q?a?= =?utf-8?q?b?=  =?utf-8?q?c?= d", "abc d")]
    [InlineData("=?utf-8?q?=C3?= =?utf-8?q?=BC?=", "ü")]
    [InlineData("=?utf-8?q?=C3=BC?= =?iso-8859-1?q?=FC?=", "üü")]
    [InlineData("=?utf-8*de?q?x?=", "x")]
    [InlineData("=?utf-8?b?R3LDvMOfZQ?=", "Grüße")]
    [InlineData("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本")]
    [InlineData("=?gb2312?B?1tDOxA==?=", "中文")]
    [InlineData("=?koi8-r?B?8NLJ18XU?=", "Привет")]
    [InlineData("=?cp932?B?k/qWew==?=", "日本")]
    [InlineData("=?no-such-set?q?=C3=BC?=", "ü")]
    [InlineData("=?utf-8?x?a?=", "=?utf-8?x?a?=")]
    [InlineData("=?utf-8?q?open", "=?utf-8?q?open")]
    [InlineData("=?=?utf-8?q?x?=", "=?x")]
    [InlineData("a=?utf-8?q?b?=c", "abc")]
    [InlineData("=?utf-8?q??= x", " x")]
    [InlineData("1 =? 2 ?= 3", "1 =? 2 ?= 3")]
    [InlineData("ü raw", "ü raw")]
    [InlineData("=?utf-8?q?a b?=", "a b")]
    [InlineData("=?utf-8?q?a?==?utf-8?q?b?=", "ab")]
    [InlineData("=?utf-8?q?a?= =?utf-8?q??= =?utf-8?q?b?=", "ab")]
    [InlineData("=?UTF-8?B?5pel5py?= =?utf-8?b?s?=", "日\uFFFD")] // base64 cut inside a character
    [InlineData("=?utf-8?B?5pc=?= =?utf-8?B?pQ==?=", "日")]
    [InlineData("=?utf-8?B?QQ==QQ==?=", "AA")]
    [InlineData("=?utf-8?B?R3 LD vM OfZQ==?=", "Grüße")]
    [InlineData("=?utf-7?Q?+APw?= =?utf-7?Q?+APY?=", "üö")]
    [InlineData("=?us-ascii?Q?gr=FC?=", "grü")]
    [InlineData("\"=?utf-8?Q?=C3=BC?=\" (=?utf-8?Q?=C3=BC?=)", "\"ü\" (ü)")]
    public void Words_become_text_and_the_rest_stays(string value, string expected) =>
        Assert.Equal(expected, EncodedWords.Decode(Encoding.UTF8.GetBytes(value)));

    [Fact]
    public void Raw_octets_are_read_as_the_hint_says_where_they_are_not_utf_8()
    {
        Assert.Equal("П ü", EncodedWords.Decode([0xF0, .. " =?utf-8?q?=C3=BC?="u8], "koi8-r"));
        Assert.Equal("grü ß", HeaderText.Decode(" gr=?utf-8?q?=C3=BC?=\r\n \u00df\r\n"u8));
    }

    [Theory]
    [InlineData("=?")]
    [InlineData("=?x")]
    [InlineData("=?a?b?")]
    [InlineData("=?a?q?=?=")]
    [InlineData("=?a?q??=")]
    [InlineData("=?a?b?A?= ")]
    [InlineData("?=")]
    public void Junk_without_end_takes_no_longer_than_its_length_allows(string unit)
    {
        var junk = string.Concat(Enumerable.Repeat(unit, 200_000)) + "?="; // quadratic time would be minutes

        Assert.NotNull(EncodedWords.Decode(Encoding.ASCII.GetBytes(junk)));
    }
}
