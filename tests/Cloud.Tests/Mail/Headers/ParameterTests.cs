using Cloud.Mail.Headers;

namespace Cloud.Tests.Mail.Headers;

public sealed class ParameterTests
{
    [Theory]
    [InlineData("text/plain", "text/plain")]
    [InlineData("Text/X-Odd.1+y; a=b", "Text/X-Odd.1+y a=b")]
    [InlineData("text/plain; charset=\"utf-8\"; format=flowed", "text/plain charset=utf-8 format=flowed")]
    [InlineData("text/plain (c); (c) a (c) = (c) b (c) ; d=e", "text/plain a=b d=e")]
    [InlineData("text/plain; name=a b.txt; x=\"a\\\"b;c\"", "text/plain name=a b.txt x=a\"b;c")]
    [InlineData("text/plain; a=; b; =c; ;d=e", "text/plain a= d=e")]
    [InlineData("text/plain; name=\"never closed; b=c", "text/plain name=never closed; b=c")]
    [InlineData("text/plain; n*0=a; n*1=b; o=p", "text/plain n=ab o=p")]
    [InlineData("text/plain; n*1=b; n*0=a", "text/plain n=ab")]
    [InlineData("text/plain; n*0*=utf-8'de'%41; n*1=%42; N*2*=%43", "text/plain n*=utf-8'de'%41%2542%43")]
    [InlineData("text/plain; n*0=a'b; n*1*=%41", "text/plain n*=''a%27b%41")]
    [InlineData("text/plain; n*0=a; n*2=c", "text/plain n=a")]
    [InlineData("text/plain; n*1=b", "text/plain n*1=b")]
    [InlineData("text/plain; n*=utf-8''x", "text/plain n*=utf-8''x")]
    [InlineData("text", "text/plain")]
    [InlineData("/", "text/plain")]
    [InlineData("text/", "text/plain")]
    [InlineData("; charset=utf-8", "text/plain charset=utf-8")]
    public void Content_type_is_read_as_it_stands_with_continuations_joined(string value, string expected)
    {
        var body = Messages.Scan($"Content-Type: {value}\r\n\r\n").Body;

        Assert.Equal(
            expected,
            $"{body.Type}/{body.Subtype}{string.Concat(body.Parameters.Select(p => $" {p.Name}={p.Value}"))}"
        );
    }

    [Fact]
    public void Header_of_hundreds_of_pieces_is_joined()
    {
        var pieces = string.Concat(Enumerable.Range(0, 300).Select(i => $";\r\n n*{i}=x"));

        var body = Messages.Scan($"Content-Type: text/plain{pieces}\r\n\r\n").Body;

        Assert.Equal(new string('x', 300), Assert.Single(body.Parameters).Value.ToString());
    }
}
