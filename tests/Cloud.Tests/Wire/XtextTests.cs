using System.Text;
using Cloud.Wire;

namespace Cloud.Tests.Wire;

public sealed class XtextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData("a+2Bb+3Dc", "a+b=c")]
    [InlineData("two+20words", "two words")]
    [InlineData("+C3+BC", "ü")]
    [InlineData("a=b", null)]
    [InlineData("a b", null)]
    [InlineData("a+2", null)]
    [InlineData("a+", null)]
    [InlineData("a+2b", null)]
    [InlineData("a+0D+0Ab", null)]
    [InlineData("a+00", null)]
    [InlineData("+C3", null)]
    public void Plus_and_two_digits_stand_for_an_octet(string xtext, string? expected) =>
        Assert.Equal(expected, Xtext.TryDecode(Encoding.UTF8.GetBytes(xtext)));
}
