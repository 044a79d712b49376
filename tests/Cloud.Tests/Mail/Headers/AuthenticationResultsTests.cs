using System.Text;
using Cloud.Mail.Headers;

namespace Cloud.Tests.Mail.Headers;

/// <summary>The examples of RFC 8601 Appendix B, and what is in the wild.</summary>
public sealed class AuthenticationResultsTests
{
    [Theory]
    [InlineData("example.org 1; none", "example.org/1")]
    [InlineData(
        "example.com;\r\n spf=pass smtp.mailfrom=example.net",
        "example.com/1 | spf=pass smtp.mailfrom=example.net"
    )]
    [InlineData(
        "example.com;\r\n auth=pass (cram-md5) smtp.auth=sender@example.net;\r\n spf=pass smtp.mailfrom=example.net",
        "example.com/1 | auth=pass smtp.auth=sender@example.net | spf=pass smtp.mailfrom=example.net"
    )]
    [InlineData(
        "example.com;\r\n dkim=pass reason=\"good signature\"\r\n header.i=@mail-router.example.net;\r\n dkim=fail reason=\"bad signature\" header.i=@newyork.example.com",
        "example.com/1 | dkim=pass (good signature) header.i=@mail-router.example.net | dkim=fail (bad signature) header.i=@newyork.example.com"
    )]
    [InlineData(
        "foo.example.net (foobar) 1 (baz);\r\n dkim (Because I like it) / 1 (One yay) = (wait for it) fail\r\n policy (A dot can go here) . (like that) expired\r\n (this surprised me) = (as I wasn't expecting it) 1362471462",
        "foo.example.net/1 | dkim=fail policy.expired=1362471462"
    )]
    [InlineData(
        "mx.example; DKIM=Pass header.b=\"a=b/c\"; dmarc=none (p=none; sp=reject) header.from=x.example",
        "mx.example/1 | dkim=pass header.b=a=b/c | dmarc=none header.from=x.example"
    )]
    [InlineData(
        "mx.example; spf=pass smtp.mailfrom=\"odd local\"@x.example",
        "mx.example/1 | spf=pass smtp.mailfrom=odd local@x.example"
    )]
    [InlineData("mx.example; =pass; spf=; ;; dkim=pass", "mx.example/1 | dkim=pass")]
    [InlineData("mx.example 2; spf=pass", "mx.example/2 | spf=pass")]
    [InlineData("; spf=pass", null)]
    [InlineData("", null)]
    public void Results_are_read(string value, string? expected) => Assert.Equal(expected, Text(value));

    static string? Text(string value) =>
        AuthenticationResults.Parse(Encoding.ASCII.GetBytes(value)) is { } results
            ? string.Join(" | ", results.Results.Select(Text).Prepend($"{results.Server}/{results.Version}"))
            : null;

    static string Text(AuthenticationResult result) =>
        $"{result.Method}={result.Result}"
        + (result.Reason is null ? "" : $" ({result.Reason})")
        + string.Concat(result.Properties.Select(property => $" {property.Name}={property.Value}"));
}
