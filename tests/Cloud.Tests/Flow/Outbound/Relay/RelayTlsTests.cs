using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cloud.Flow.Outbound;
using Cloud.Flow.Outbound.Relay.Tls;
using Cloud.Store.Ports;
using Cloud.Tests.Wire.Smtp;
using Cloud.Trust.MtaSts;
using Cloud.Trust.TlsRpt;

namespace Cloud.Tests.Flow.Outbound.Relay;

/// <summary>How safe a connection has to be, who says so, and what is told of it.</summary>
public sealed class RelayTlsTests : IAsyncDisposable
{
    const string Host = "192.88.98.1";
    const string Name = "mx.there.example";

    const string Hello = "S: 220 mx\nC: EHLO out.example.net\n";
    const string Taken = """
        C: MAIL FROM:<me@here.example>
        S: 250 Ok
        C: RCPT TO:<ada@there.example>
        S: 250 Ok
        C: DATA
        S: 354 Go on
        M:
        S: 250 Ok
        H:
        """;

    const string Encrypted =
        Hello + "S: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 Go\nT:\nC: EHLO out.example.net\nS: 250 mx\n";
    const string Clear = Hello + "S: 250 mx\n" + Taken;

    readonly RelayWorld world = new();

    public RelayTlsTests()
    {
        world.Options = world.Options with { Roots = TestCertificates.Roots };
        world.Zones.Add($"there.example MX 10 {Name}\n{Name} A {Host}");
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    void Policy(string mode, string mx) => world.Policies = Announced(PolicyFetch.Of(Parsed(mode, mx)));

    MtaStsDiscovery Announced(PolicyFetch fetch)
    {
        world.Zones.Add("_mta-sts.there.example TXT \"v=STSv1; id=1\"");
        return new(
            world.Zones,
            new Source(fetch),
            new RememberedPolicies(new StoredPolicies(world.Rows), world.Clock),
            world.Clock
        );
    }

    static MtaStsPolicy Parsed(string mode, string mx)
    {
        Assert.True(
            MtaStsPolicy.TryParse(
                System.Text.Encoding.ASCII.GetBytes($"version: STSv1\nmode: {mode}\nmx: {mx}\nmax_age: 86400\n"),
                out var policy,
                out _
            )
        );
        return policy;
    }

    void Records(X509Certificate2 certificate) =>
        world
            .Zones.Add(
                $"_25._tcp.{Name} TLSA 3 1 1 {Convert.ToHexString(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()))}"
            )
            .Add("there.example SECURE");

    async Task<RelayResult> SendAsync(Func<SendOptions, SendOptions>? change = null) =>
        await world.SendAsync(
            world.Job(
                ["ada@there.example"],
                message => message with { Options = change?.Invoke(message.Options) ?? message.Options }
            )
        );

    /// <summary>What was counted of the day, written when the relay ends.</summary>
    async Task<TlsDay> CountedAsync()
    {
        await world.DisposeAsync();
        var row = await world.Rows.GetAsync(
            TlsSessionCounts.Table,
            new(
                TlsSessionCounts.Partition(DateOnly.FromDateTime(world.Clock.GetUtcNow().UtcDateTime)),
                "there.example"
            ),
            default
        );
        return TlsDayRow.Of(row!.Data);
    }

    [Fact]
    public async Task Without_any_policy_any_certificate_will_do()
    {
        world.Play(Host, Encrypted + Taken, TestCertificates.For("other.example"));
        var result = await SendAsync();
        Assert.Equal(RelayVerdict.Relayed, result.Outcomes[0].Verdict);
        Assert.StartsWith("Tls13 TLS_", result.Outcomes[0].Tls);
        Assert.Contains("not verified", result.Outcomes[0].Tls);
        var (policy, sessions) = Assert.Single((await CountedAsync()).Policies);
        Assert.Equal((TlsPolicyKind.None, 1, 0), (policy.Kind, sessions.Successful, sessions.Failed));
    }

    [Fact]
    public async Task A_handshake_that_fails_is_followed_by_a_try_in_clear_where_nobody_asks_for_more()
    {
        world.Play(Host, Clear);
        world.Play(Host, Hello + "S: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 Go\nS: this is not TLS\n");
        var result = await SendAsync();
        Assert.Equal(RelayVerdict.Relayed, result.Outcomes[0].Verdict);
        Assert.Null(result.Outcomes[0].Tls);
        Assert.Equal([Host, Host], world.Dialled);
        var failure = Assert.Single((await CountedAsync()).Policies.Values.Single().Failures).Key;
        Assert.Equal((TlsFailure.ValidationFailure, Name), (failure.Result, failure.Host));
    }

    [Theory]
    [InlineData("C: STARTTLS\nS: 220 Go\nH:\n")]
    [InlineData("C: STARTTLS\nH:\n")]
    [InlineData("C: STARTTLS\n")]
    public async Task So_is_one_that_hangs_or_where_the_server_goes_away(string hangs)
    {
        world.Play(Host, Clear);
        world.Play(Host, Hello + "S: 250-mx\nS: 250 STARTTLS\n" + hangs);
        var sending = SendAsync();
        while (world.Dialled.Count < 2 && !sending.IsCompleted)
        {
            world.Clock.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }

        Assert.Equal(RelayVerdict.Relayed, (await sending).Outcomes[0].Verdict);
        Assert.Equal([Host, Host], world.Dialled);
    }

    [Theory]
    [InlineData(Name, true)]
    [InlineData("other.example", false)]
    public async Task An_enforced_policy_wants_a_certificate_for_the_host(string certificate, bool isSent)
    {
        Policy("enforce", Name);
        world.Play(Host, Encrypted + Taken, TestCertificates.For(certificate));
        var result = await SendAsync();
        Assert.Equal(isSent ? RelayVerdict.Relayed : RelayVerdict.Deferred, result.Outcomes[0].Verdict);
        var (policy, sessions) = Assert.Single((await CountedAsync()).Policies);
        Assert.Equal((TlsPolicyKind.Sts, isSent ? 0 : 1), (policy.Kind, (int)sessions.Failed));
        Assert.All(sessions.Failures.Keys, failure => Assert.Equal(TlsFailure.CertificateHostMismatch, failure.Result));
    }

    [Fact]
    public async Task An_enforced_policy_wants_TLS()
    {
        Policy("enforce", Name);
        world.Play(Host, Hello + "S: 250 mx\nC: QUIT\nS: 221 Bye\n");
        var outcome = (await SendAsync()).Outcomes[0];
        Assert.Equal((RelayVerdict.Deferred, "4.7.4"), (outcome.Verdict, outcome.Status));
        Assert.Equal(
            TlsFailure.StartTlsNotSupported,
            (await CountedAsync()).Policies.Values.Single().Failures.Keys.Single().Result
        );
    }

    [Fact]
    public async Task A_host_that_an_enforced_policy_does_not_name_gets_nothing()
    {
        Policy("enforce", "other.there.example");
        var outcome = (await SendAsync()).Outcomes[0];
        Assert.Equal((RelayVerdict.Deferred, "4.7.5"), (outcome.Verdict, outcome.Status));
        Assert.Empty(world.Dialled);
        Assert.Equal(1, (await CountedAsync()).Policies.Values.Single().Failed);
    }

    [Fact]
    public async Task A_policy_in_test_is_only_reported()
    {
        Policy("testing", Name);
        world.Play(Host, Encrypted + Taken, TestCertificates.For("other.example"));
        Assert.Equal(RelayVerdict.Relayed, (await SendAsync()).Outcomes[0].Verdict);
        Assert.Equal(1, (await CountedAsync()).Policies.Values.Single().Failed);
    }

    [Fact]
    public async Task A_policy_that_cannot_be_read_is_reported_and_mail_goes_on()
    {
        world.Policies = Announced(PolicyFetch.Failed(PolicyFault.FetchError, "404"));
        world.Play(Host, Clear);
        Assert.Equal(RelayVerdict.Relayed, (await SendAsync()).Outcomes[0].Verdict);
        Assert.Contains(
            (await CountedAsync()).Policies,
            one => one.Value.Failures.Keys.Any(failure => failure.Result == TlsFailure.StsPolicyFetchError)
        );
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Records_in_a_signed_zone_outweigh_all_else(bool matches)
    {
        var certificates = TestCertificates.For("whatever.example");
        Records(matches ? certificates[0] : TestCertificates.For("another.example")[0]);
        Policy("enforce", "nobody.example"); // not asked for
        world.Play(Host, Encrypted + Taken, certificates);
        var result = await SendAsync();
        Assert.Equal(matches ? RelayVerdict.Relayed : RelayVerdict.Deferred, result.Outcomes[0].Verdict);
        if (matches)
            Assert.Contains("verified: TLSA", result.Outcomes[0].Tls);
        Assert.Equal(TlsPolicyKind.Tlsa, Assert.Single((await CountedAsync()).Policies).Key.Kind);
    }

    [Fact]
    public async Task Who_requires_TLS_gets_it_back_where_the_server_does_not_promise_the_same()
    {
        Policy("enforce", Name);
        world.Play(Host, Encrypted + "C: QUIT\nS: 221 Bye\n", TestCertificates.For(Name));
        var outcome = (await SendAsync(options => options with { RequireTls = true })).Outcomes[0];
        Assert.Equal((RelayVerdict.Failed, "5.7.30"), (outcome.Verdict, outcome.Status));
    }

    [Fact]
    public async Task Who_says_that_TLS_does_not_matter_is_believed()
    {
        Policy("enforce", "nobody.example");
        world.Play(Host, Clear);
        Assert.Equal(
            RelayVerdict.Relayed,
            (await SendAsync(options => options with { TlsOptional = true })).Outcomes[0].Verdict
        );
    }

    sealed class Source(PolicyFetch fetch) : IPolicySource
    {
        public ValueTask<PolicyFetch> FetchAsync(string domain, CancellationToken cancel) => new(fetch);
    }
}
