using System.Net;
using System.Text;
using Cloud.Cli.Serve;
using Cloud.Tests.Trust.Scanners;
using Cloud.Trust.Scanners;

namespace Cloud.Tests.Cli;

/// <summary>What is set of scanners and of rules reaches those who act on it.</summary>
public sealed class ScannerSettingsTests : IDisposable
{
    readonly string file = Path.GetTempFileName();

    public void Dispose() => File.Delete(file);

    [Fact]
    public void Without_a_word_scanners_fail_open_and_malware_is_refused()
    {
        var policy = Good([]).ScanPolicy;
        Assert.Equal(ScanDecision.Accept, Decide(policy, "clamd", ScanOutcome.Failed));
        Assert.Equal(ScanDecision.Accept, Decide(policy, "clamd", ScanOutcome.TooLarge));
        Assert.Equal(ScanDecision.Refuse, Decide(policy, "clamd", ScanOutcome.Infected));
        Assert.Equal(ScanDecision.Junk, Decide(policy, "rspamd", ScanOutcome.Refuse));
        Assert.Equal(ScanDecision.Defer, Decide(policy, "rspamd", ScanOutcome.Defer));
    }

    [Fact]
    public void Each_scanner_may_fail_in_its_own_way()
    {
        var policy = Good(new() { ["CLOUD_SCAN_FAILURE"] = "defer", ["CLOUD_RSPAMD_FAILURE"] = "accept" }).ScanPolicy;
        Assert.Equal(ScanDecision.Defer, Decide(policy, "clamd", ScanOutcome.Failed));
        Assert.Equal(ScanDecision.Accept, Decide(policy, "rspamd", ScanOutcome.Failed));
        policy = Good(new() { ["CLOUD_CLAMD_FAILURE"] = "defer" }).ScanPolicy;
        Assert.Equal(ScanDecision.Defer, Decide(policy, "clamd", ScanOutcome.Failed));
        Assert.Equal(ScanDecision.Accept, Decide(policy, "spamd", ScanOutcome.Failed));
    }

    [Theory]
    [InlineData("CLOUD_SCAN_TOO_LARGE", "refuse", ScanOutcome.TooLarge, ScanDecision.Refuse)]
    [InlineData("CLOUD_SCAN_REFUSAL", "refuse", ScanOutcome.Refuse, ScanDecision.Refuse)]
    [InlineData("CLOUD_SCAN_DELAY", "accept", ScanOutcome.Defer, ScanDecision.Accept)]
    [InlineData("CLOUD_INFECTED", "quarantine", ScanOutcome.Infected, ScanDecision.Quarantine)]
    public void What_follows_from_a_verdict_can_be_set(
        string variable,
        string value,
        ScanOutcome outcome,
        ScanDecision decision
    ) => Assert.Equal(decision, Decide(Good(new() { [variable] = value }).ScanPolicy, "rspamd", outcome));

    [Theory]
    [InlineData("CLOUD_SCAN_SECONDS", "0", "scan-seconds: ")]
    [InlineData("CLOUD_SCAN_SECONDS", "61", "scan-seconds: ")]
    [InlineData("CLOUD_INFECTED", "accept", "infected: ")]
    [InlineData("CLOUD_CLAMD_FAILURE", "refuse", "clamd-failure: ")]
    [InlineData("CLOUD_RSPAMD_PASSWORD", "secret", "rspamd-password-file: needs rspamd")]
    [InlineData("CLOUD_SCORE", "SPF_FAIL", "score: \"SPF_FAIL\"")]
    [InlineData("CLOUD_SCORE", "NO_SUCH_RULE=1", "checks: There is no rule NO_SUCH_RULE")]
    public void What_cannot_be_is_a_fault(string variable, string value, string said)
    {
        var (settings, faults) = Read(new() { [variable] = value });
        Assert.Null(settings);
        Assert.StartsWith(said, Assert.Single(faults));
    }

    [Fact]
    public void Rules_can_be_weighed_and_turned_off() =>
        Assert.Equal(
            new Dictionary<string, decimal>
            {
                ["SPF_FAIL"] = 0,
                ["HTML_ONLY"] = 1.5m,
                ["DKIM_PASS"] = -1,
            },
            Good(new() { ["CLOUD_SCORE"] = "SPF_FAIL=0, HTML_ONLY=1.5, DKIM_PASS=-1" }).Content.Scores
        );

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_password_of_rspamd_comes_from_the_environment_or_a_file(bool isInFile)
    {
        await using var fake = new FakeScanner(
            heard => Encoding.ASCII.GetString(heard).EndsWith("the text", StringComparison.Ordinal),
            "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"u8.ToArray()
        );
        var variables = new Dictionary<string, string> { ["CLOUD_RSPAMD"] = fake.Options.Endpoint.Text };
        await File.WriteAllTextAsync(file, "open sesame, please\n");
        variables[isInFile ? "CLOUD_RSPAMD_PASSWORD_FILE" : "CLOUD_RSPAMD_PASSWORD"] = isInFile
            ? file
            : "open sesame, please";
        var scanner = Assert.Single(Good(variables).Scanners);
        var message = ScanMessage.Of("the text"u8.ToArray());
        await scanner.ScanAsync(message, new(IPAddress.Loopback, "", null, "", [], ""), default);
        Assert.Contains("\r\nPassword: open sesame, please\r\n", Encoding.ASCII.GetString(fake.Heard));
    }

    [Fact]
    public async Task A_scanner_that_is_silent_for_the_time_that_is_set_has_failed()
    {
        await using var fake = new FakeScanner(_ => false, [], hangs: true);
        var variables = new Dictionary<string, string>
        {
            ["CLOUD_CLAMD"] = fake.Options.Endpoint.Text,
            ["CLOUD_SCAN_SECONDS"] = "1",
        };
        var scanner = Assert.Single(Good(variables).Scanners);
        var message = ScanMessage.Of("the text"u8.ToArray());
        var verdict = await scanner
            .ScanAsync(message, new(IPAddress.Loopback, "", null, "", [], ""), default)
            .WaitAsync(TimeSpan.FromSeconds(8), TimeProvider.System); // The default is 10.
        Assert.Equal(ScanOutcome.Failed, verdict.Outcome);
    }

    static ScanDecision Decide(ScanPolicy policy, string scanner, ScanOutcome outcome) =>
        policy.Decide(new ScanVerdict(scanner, outcome, "", []));

    static Cloud.Flow.Door.DoorOptions Good(Dictionary<string, string> variables)
    {
        var (settings, faults) = Read(variables);
        Assert.Empty(faults);
        return settings!.Door.Options!;
    }

    static (Settings? Settings, IReadOnlyList<string> Faults) Read(Dictionary<string, string> variables) =>
        new SettingsReader(new Dictionary<string, IReadOnlyList<string>>(), variables.GetValueOrDefault).Read(null);
}
