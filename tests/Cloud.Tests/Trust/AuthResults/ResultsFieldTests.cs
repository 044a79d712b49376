using System.Net;
using System.Text;
using Cloud.Dns;
using Cloud.Mail.Headers;
using Cloud.Trust.Arc;
using Cloud.Trust.AuthResults;
using Cloud.Trust.Dkim;
using Cloud.Trust.Dmarc;
using Cloud.Trust.Spf;

namespace Cloud.Tests.Trust.AuthResults;

public sealed class ResultsFieldTests
{
    [Fact]
    public void A_message_with_verdicts_of_all_kinds_is_told_as_the_standard_has_it()
    {
        var field = Write(
            VerdictResults.Iprev("pass", IPAddress.Parse("192.0.2.1"), null),
            Spf(SpfResult.Pass, SpfIdentity.Helo, "postmaster@mail.example.org").ToResult(),
            Spf(SpfResult.SoftFail, SpfIdentity.MailFrom, "ada@example.org").ToResult(),
            new DmarcVerdict
            {
                Result = DmarcResult.Pass,
                Domain = DnsName.Parse("example.org"),
                Reason = "dkim",
                Steps = [],
                Record = Record("v=DMARC1; p=reject"),
                Disposition = DmarcPolicy.None,
            }.ToResult(),
            new ArcVerdict(ArcResult.Pass, "2 seals verified", [], 0, []).ToResult(IPAddress.Parse("2001:db8::1"))
        );

        Assert.Equal(
            """
            Authentication-Results: mx.example.com; iprev=pass policy.iprev=192.0.2.1;
             spf=pass smtp.helo=mail.example.org; spf=softfail reason="the record says so"
             smtp.mailfrom=ada@example.org; dmarc=pass header.from=example.org
             policy.dmarc=none; arc=pass header.oldest-pass=0 smtp.remote-ip="2001:db8::1"

            """.ReplaceLineEndings("\r\n"),
            field
        );
    }

    [Fact]
    public void Each_signature_has_its_result()
    {
        DkimResult[] results =
        [
            new(DkimVerdict.Pass, "verified", [])
            {
                Domain = "example.org",
                Identity = "@example.org",
                Selector = "s1",
                Algorithm = "rsa-sha256",
                SignatureStart = "ab/+c9Zz",
            },
            new(DkimVerdict.Policy, "expired", []),
        ];
        Assert.Equal(
            "Authentication-Results: mx.example.com; dkim=pass header.d=example.org\r\n"
                + " header.i=@example.org header.s=s1 header.a=rsa-sha256 header.b=\"ab/+c9Zz\";\r\n"
                + " dkim=policy reason=\"expired\"\r\n",
            Write([.. results.ToResults()])
        );
        Assert.Equal(
            "Authentication-Results: mx.example.com; dkim=none\r\n",
            Write([.. Array.Empty<DkimResult>().ToResults()])
        );
        Assert.Equal("Authentication-Results: mx.example.com; none\r\n", Write());
    }

    [Fact]
    public void Local_policy_and_methods_of_our_own_can_be_told() =>
        Assert.Equal(
            "Authentication-Results: mx.example.com; x-spam=yes reason=\"score 7 (of 5)\"\r\n policy.x-rules=\"bulk, links\"\r\n",
            Write(new AuthenticationResult("x-spam", "yes", "score 7 (of 5)", [new("policy.x-rules", "bulk, links")]))
        );

    [Theory]
    [InlineData("a@b.example;\r\nBcc: x", "a@b.example;??Bcc: x")]
    [InlineData("\"quoted\\\" text\"@b.example", "\"quoted\\\" text\"@b.example")]
    [InlineData("a; dmarc=pass", "a; dmarc=pass")]
    [InlineData("x (comment", "x (comment")]
    [InlineData("\0half\u007f", "?half?")]
    [InlineData("b\u00fcro@b\u00fccher.example", "b\u00fcro@b\u00fccher.example")]
    public void No_value_ends_its_field_or_adds_to_it(string value, string expected)
    {
        var field = Write(new AuthenticationResult("spf", "fail", value, [new("smtp.mailfrom", value)]));
        var read = AuthenticationResults.Parse(Encoding.UTF8.GetBytes(field.Split(':', 2)[1]))!;
        var result = Assert.Single(read.Results);
        Assert.Equal(("spf", "fail", expected), (result.Method, result.Result, result.Reason));
        Assert.Equal(new AuthenticationProperty("smtp.mailfrom", expected), Assert.Single(result.Properties));
        Assert.All(
            field.TrimEnd().Split("\r\n").Skip(1),
            line => Assert.StartsWith(" ", line, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void What_is_no_keyword_is_a_fault_of_the_caller()
    {
        Assert.Throws<ArgumentException>(() => Write(new AuthenticationResult("spf pass", "pass", null, [])));
        Assert.Throws<ArgumentException>(() => Write(new AuthenticationResult("spf", "", null, [])));
        Assert.Throws<ArgumentException>(() =>
            Write(new AuthenticationResult("spf", "pass", null, [new("from", "x")]))
        );
        Assert.Throws<ArgumentException>(() =>
            Write(new AuthenticationResult("spf", "pass", null, [new("a.b c", "x")]))
        );
    }

    static SpfVerdict Spf(SpfResult result, SpfIdentity identity, string sender) =>
        new(result, identity, sender, sender.Split('@')[1], null, "the record says so", []);

    static DmarcRecord Record(string text) =>
        DmarcRecord.TryParse(text, out var record) ? record : throw new FormatException(text);

    public static string Write(params AuthenticationResult[] results) =>
        Encoding.UTF8.GetString(ResultsField.Write(new AuthenticationResults("mx.example.com", 1, results)));
}
