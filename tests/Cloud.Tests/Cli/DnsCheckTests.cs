using Cloud.Api.WellKnown;
using Cloud.Dns.Messages;
using Cloud.Tests.Dns;

namespace Cloud.Tests.Cli;

/// <summary>`cloud dns --check` against a name server of ours.</summary>
public sealed class DnsCheckTests
{
    const string Whole = """
        mail.example.org 300 A 192.0.2.25
        25.2.0.192.in-addr.arpa 300 PTR Mail.Example.org
        example.org 300 MX 10 mail.example.org
        example.org 300 TXT "some-verification=1"
        example.org 300 TXT "v=spf1 mx -all"
        _dmarc.example.org 300 TXT "v=DMARC1; p=none; rua=mailto:postmaster@example.org"
        _smtp._tls.example.org 300 TXT "v=TLSRPTv1; rua=mailto:postmaster@example.org"
        _imaps._tcp.example.org 300 SRV 0 1 993 mail.example.org
        _submissions._tcp.example.org 300 SRV 0 1 465 mail.example.org
        _submission._tcp.example.org 300 SRV 10 1 587 mail.example.org
        _imap._tcp.example.org 300 SRV 10 1 143 mail.example.org
        _pop3s._tcp.example.org 300 SRV 20 1 995 mail.example.org
        _mta-sts.example.org 300 TXT "v=STSv1; id=ID"
        mta-sts.example.org 300 CNAME mail.example.org
        autoconfig.example.org 300 CNAME mail.example.org
        autodiscover.example.org 300 CNAME mail.example.org
        """;

    [Fact]
    public async Task All_that_can_be_published_is_there_and_the_rest_is_told_with_its_reason()
    {
        var (code, output) = await CheckAsync(Whole);
        Assert.True(code == 0, output);
        Assert.Equal(15, output.Split('\n').Count(line => line.StartsWith("there ", StringComparison.Ordinal)));
        Assert.Matches("(?m)^later +cloud._domainkey.example.org. TXT .*\n +comes with the keys", output);
    }

    [Theory]
    [InlineData("example.org 300 MX 10 mail.example.org")]
    [InlineData("example.org 300 TXT \"v=spf1 mx -all\"")]
    [InlineData("_smtp._tls.example.org 300 TXT \"v=TLSRPTv1; rua=mailto:postmaster@example.org\"")]
    [InlineData("mta-sts.example.org 300 CNAME mail.example.org")]
    [InlineData("_pop3s._tcp.example.org 300 SRV 20 1 995 mail.example.org")]
    [InlineData("25.2.0.192.in-addr.arpa 300 PTR Mail.Example.org")]
    public async Task What_is_missing_is_named(string line)
    {
        var (code, output) = await CheckAsync(Whole.Replace(line, "", StringComparison.Ordinal));
        Assert.Equal(1, code);
        var words = line.Split(' ');
        Assert.Matches($"(?m)^missing +{words[0]}. {words[2]} ", output);
        Assert.Single(output.Split('\n'), said => said.StartsWith("missing", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(
        "10 mail.example.org",
        "10 mx.old.example",
        "differs +example.org. MX .*\n +there is 10 mx.old.example"
    )]
    [InlineData("v=spf1 mx -all", "v=spf1 a ~all", "differs +example.org. TXT .*\n +there is \"v=spf1 a ~all\"")]
    [InlineData("v=spf1 mx -all", "v=spf10", "missing +example.org. TXT")]
    [InlineData("id=ID", "id=0", "differs +_mta-sts.example.org. TXT .*\n +there is \"v=STSv1; id=0\"")]
    [InlineData("A 192.0.2.25", "A 192.0.2.26", "differs +mail.example.org. A .*\n +there is 192.0.2.26")]
    [InlineData("0 1 993 mail", "0 1 143 mail", "differs +_imaps._tcp.example.org. SRV .*\n +there is 0 1 143 mail")]
    public async Task What_differs_is_shown_as_it_is(string right, string wrong, string said)
    {
        var (code, output) = await CheckAsync(Whole.Replace(right, wrong, StringComparison.Ordinal));
        Assert.Equal(1, code);
        Assert.Matches($"(?m)^{said}", output);
    }

    [Fact]
    public async Task A_second_exchange_may_stand_beside_and_a_second_policy_may_not()
    {
        var (_, output) = await CheckAsync(
            $"{Whole}\nexample.org 300 MX 20 mx.old.example\nexample.org 300 TXT \"v=spf1 -all\""
        );
        Assert.Matches("(?m)^there +example.org. MX .*\n +beside it is 20 mx.old.example", output);
        Assert.Matches("(?m)^differs +example.org. TXT .*\n +there is .*mx -all\" and \"v=spf1 -all\"", output);
    }

    [Fact]
    public async Task Trouble_of_the_server_is_no_missing_record()
    {
        await using var server = FakeNameServer.Of(_ => Responses.Error(ResponseCode.ServerFailure));
        var (code, output) = await CheckAsync(server);
        Assert.Equal(1, code);
        Assert.Matches("(?m)^unknown +example.org. MX .*\n +SERVFAIL", output);
        Assert.DoesNotContain("missing", output);
    }

    static async Task<(int Code, string Output)> CheckAsync(string zone)
    {
        var id = StsPolicy.Id(StsMode.Testing, "mail.example.org");
        var lines = zone.Replace("=ID", $"={id}", StringComparison.Ordinal)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        await using var server = FakeNameServer.Of(query =>
        {
            var records = ZoneText
                .Records(string.Join('\n', lines))
                .Where(record => record.Name == query.Question.Name)
                .ToList();
            return new ResponseWriter
            {
                Code = records.Count > 0 ? ResponseCode.NoError : ResponseCode.NameError,
                Answers = [.. records.Where(record => record.Type == query.Question.Type)],
            };
        });
        return await CheckAsync(server);
    }

    static async Task<(int Code, string Output)> CheckAsync(FakeNameServer server)
    {
        var (code, output, errors) = await CloudProcess.RunAsync(
            null,
            ["dns", "example.org", "--ipv4", "192.0.2.25", "--check", "--server", $"{server.Address}"]
        );
        Assert.Empty(errors.Trim());
        return (code, output);
    }
}
