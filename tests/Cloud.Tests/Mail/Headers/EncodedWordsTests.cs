using System.Text;
using Cloud.Mail.Headers;

namespace Cloud.Tests.Mail.Headers;

public sealed class EncodedWordsTests
{
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
    public void Words_become_text_and_the_rest_stays(string value, string expected) =>
        Assert.Equal(expected, EncodedWords.Decode(Encoding.UTF8.GetBytes(value)));

    [Theory]
    [InlineData("=?")]
    [InlineData("=?x")]
    [InlineData("=?a?b?")]
    [InlineData("=?a?q?=?=")]
    [InlineData("?=")]
    public void Junk_without_end_takes_no_longer_than_its_length_allows(string unit)
    {
        var junk = string.Concat(Enumerable.Repeat(unit, 200_000)) + "?="; // quadratic time would be minutes

        Assert.NotNull(EncodedWords.Decode(Encoding.ASCII.GetBytes(junk)));
    }
}
