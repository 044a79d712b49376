using System.Security.Authentication;
using System.Security.Cryptography;
using Cloud.Wire.Smtp;
using static Cloud.Tests.Wire.Smtp.SmtpTalk;

namespace Cloud.Tests.Wire.Smtp;

public sealed class TlsTests
{
    const string StartTls = "C: STARTTLS\nS: 220 Go\nT:\n";

    static readonly string Secured =
        Hello("STARTTLS", "SIZE 1") + StartTls + $"C: EHLO client.example.test\n{Offer("PIPELINING", "REQUIRETLS")}\n";

    static SmtpTlsDemand Verified(params string[] names) => SmtpTlsDemand.Verified(names, TestCertificates.Roots);

    static Task<SmtpOpening> OpenAsync(SmtpTalk talk, SmtpTlsDemand demand) =>
        talk.OpenAsync(options => options with { Tls = demand });

    [Fact]
    public async Task Opportunistic_tls_takes_any_certificate_and_tells_what_it_is()
    {
        var certificates = TestCertificates.For("other.example.test");
        var talk = new SmtpTalk(Secured + "C: QUIT\nS: 221 Bye\n", certificates: certificates);
        var opening = await OpenAsync(talk, SmtpTlsDemand.Opportunistic);
        var connection = opening.Connection!;
        Assert.Equal(SslProtocols.Tls13, connection.Tls!.Protocol);
        Assert.NotEqual(default, connection.Tls.Cipher);
        Assert.False(connection.Tls.IsAuthenticated);
        var certificate = connection.Tls.Certificate!;
        Assert.Equal("CN=other.example.test", certificate.Subject);
        Assert.Equal(
            certificates[0].GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant(),
            certificate.Sha256
        );
        Assert.Equal(CertificateFault.NotTrusted, certificate.Verdict.Fault);
        Assert.Same(certificate, opening.Certificate);
        // What was offered in clear is forgotten.
        Assert.Equal(SmtpExtensions.Pipelining | SmtpExtensions.RequireTls, connection.Capabilities.Extensions);
        await connection.DisposeAsync();
        await talk.Peer.Played.WaitAsync(Patience);
    }

    [Theory]
    [InlineData("mx.example.test", "mx.example.test", CertificateFault.None)]
    [InlineData("*.example.test", "mx.example.test", CertificateFault.None)]
    [InlineData("b.example.test", "a.example.test b.example.test", CertificateFault.None)]
    [InlineData("other.example.test", "mx.example.test", CertificateFault.HostMismatch)]
    [InlineData("example.test", "mx.example.test", CertificateFault.HostMismatch)]
    [InlineData("x", "127.0.0.1", CertificateFault.None)]
    public async Task Names_are_held_to(string certificate, string names, CertificateFault fault)
    {
        var talk = new SmtpTalk(Secured, certificates: TestCertificates.For(certificate));
        var opening = await OpenAsync(talk, Verified(names.Split(' ')));
        Assert.Equal(fault, opening.Certificate!.Verdict.Fault);
        Assert.Equal(fault == CertificateFault.None, opening.IsOpen);
        if (opening.IsOpen)
            Assert.True(opening.Connection.Tls!.IsAuthenticated);
        else
            Assert.Equal((SmtpPhase.Tls, SmtpFault.Certificate), (opening.Failure.Phase, opening.Failure.Fault));
    }

    [Fact]
    public async Task Expired_and_untrusted_certificates_are_refused_and_told_apart()
    {
        var expired = new SmtpTalk(Secured, certificates: TestCertificates.Expired("mx.example.test"));
        Assert.Equal(
            CertificateFault.Expired,
            (await OpenAsync(expired, Verified("mx.example.test"))).Certificate!.Verdict.Fault
        );

        var untrusted = new SmtpTalk(Secured, certificates: TestCertificates.For("mx.example.test"));
        var opening = await OpenAsync(untrusted, SmtpTlsDemand.Verified(["mx.example.test"]));
        Assert.Equal(CertificateFault.NotTrusted, opening.Certificate!.Verdict.Fault);
        Assert.Equal("4.7.5", opening.Failure!.Status);
        Assert.Contains("CN=mx.example.test", opening.Failure.Reason);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_judge_sees_the_chain_as_sent_and_decides(bool accepts)
    {
        var certificates = TestCertificates.For("mx.example.test");
        var sent = certificates.Select(one => Convert.ToHexString(one.RawData)).ToArray();
        string[] seen = [];
        var talk = new SmtpTalk(Secured, certificates: certificates);
        var opening = await OpenAsync(
            talk,
            SmtpTlsDemand.Judged(chain =>
            {
                seen = [.. chain.Select(one => Convert.ToHexString(one.RawData))];
                return new(accepts ? CertificateFault.None : CertificateFault.NotTrusted, "as the judge says");
            })
        );
        Assert.Equal(sent, seen);
        Assert.Equal(accepts, opening.IsOpen);
        Assert.Equal("as the judge says", opening.Certificate!.Verdict.Reason);
        Assert.Equal(accepts ? null : SmtpFault.Certificate, opening.Failure?.Fault);
    }

    [Theory]
    [InlineData("S: 454 4.7.0 Not now")]
    [InlineData("S: 501 No")]
    public async Task A_refused_starttls_leaves_an_opportunist_in_clear_and_ends_others(string reply)
    {
        var script = Hello("STARTTLS") + $"C: STARTTLS\n{reply}\nC: QUIT\n";
        var opening = await OpenAsync(new SmtpTalk(script), SmtpTlsDemand.Opportunistic);
        Assert.Null(opening.Connection!.Tls);
        Assert.Equal(reply[3..], $"{opening.Connection.TlsRefusal}");

        var talk = new SmtpTalk(script);
        opening = await OpenAsync(talk, SmtpTlsDemand.Encrypted);
        Assert.Equal((SmtpPhase.Tls, SmtpFault.Refused), (opening.Failure!.Phase, opening.Failure.Fault));
        await talk.Peer.Played.WaitAsync(Patience);
    }

    [Fact]
    public async Task Without_an_offer_a_demand_is_not_met_and_nothing_is_sent()
    {
        var script = Hello("SIZE 1000") + "C: QUIT\nS: 221 Bye\n";
        foreach (var demand in new[] { SmtpTlsDemand.Encrypted, Verified("x"), SmtpTlsDemand.Judged(_ => default) })
        {
            var talk = new SmtpTalk(script);
            var opening = await OpenAsync(talk, demand);
            Assert.Equal(SmtpFault.TlsNotOffered, opening.Failure!.Fault);
            await talk.Peer.Played.WaitAsync(Patience);
        }

        Assert.Null((await OpenAsync(new SmtpTalk(script), SmtpTlsDemand.Opportunistic)).Connection!.Tls);
    }

    [Fact]
    public async Task A_handshake_that_fails_is_told_so_that_another_connection_can_go_in_clear()
    {
        var talk = new SmtpTalk(Hello("STARTTLS") + "C: STARTTLS\nS: 220 Go\nW: this is no TLS at all\\n\nH:\n");
        var opening = await OpenAsync(talk, SmtpTlsDemand.Opportunistic);
        Assert.Equal((SmtpPhase.Tls, SmtpFault.Handshake), (opening.Failure!.Phase, opening.Failure.Fault));
        Assert.Equal("4.7.5", opening.Failure.Status);
    }

    [Fact]
    public async Task What_comes_before_the_handshake_is_thrown_away()
    {
        var script =
            Hello("STARTTLS")
            + "C: STARTTLS\nS: 220 Go\nS: 250-mx.example.test\nS: 250 AUTH PLAIN\nT:\n"
            + $"C: EHLO client.example.test\n{Offer("SIZE 7")}\nC: QUIT\n";
        var talk = new SmtpTalk(script, certificates: TestCertificates.For("mx.example.test"));
        var opening = await OpenAsync(talk, SmtpTlsDemand.Opportunistic);
        Assert.Equal(
            new SmtpCapabilities { Extensions = SmtpExtensions.Size, MaxSize = 7 },
            opening.Connection!.Capabilities
        );
        Assert.Contains(opening.Transcript.Lines, line => line.Contains("octets before the handshake"));
        await opening.Connection.DisposeAsync();
        await talk.Peer.Played.WaitAsync(Patience);
    }

    [Theory]
    [InlineData("Together")]
    [InlineData("Octets")]
    public async Task Implicit_tls_comes_before_the_greeting(string pace)
    {
        var talk = new SmtpTalk(
            "T:\n"
                + Hello("AUTH PLAIN")
                + "C: AUTH PLAIN AGEAYg==\nS: 235 Ok\nC: MAIL FROM:<me@client.example.test>\nS: 250 Ok\n"
                + "C: RCPT TO:<ada@example.test>\nS: 250 Ok\nC: DATA\nS: 354 Ok\nM:\nS: 250 Ok\nC: QUIT\nS: 221 Bye\n",
            Enum.Parse<Pace>(pace),
            TestCertificates.For("smtp.example.test")
        );
        var outcome = await talk.SendAsync(
            options =>
                options with
                {
                    ImplicitTls = true,
                    Tls = Verified("smtp.example.test"),
                    Credentials = SmtpCredentials.Password("a", "b"),
                },
            Message()
        );
        Assert.Equal(SmtpVerdict.Sent, outcome[0].Recipients[0].Verdict);
    }

    [Fact]
    public async Task Requiretls_goes_only_over_an_authenticated_connection()
    {
        var certificates = TestCertificates.For("mx.example.test");
        var talk = new SmtpTalk(
            Secured
                + "C: MAIL FROM:<me@client.example.test> REQUIRETLS\nC: RCPT TO:<ada@example.test>\nC: DATA\n"
                + "S: 250 Ok\nS: 250 Ok\nS: 354 Ok\nM:\nS: 250 Ok\nC: QUIT\n",
            certificates: certificates
        );
        var message = Message() with { RequireTls = true };
        var outcome = await talk.SendAsync(options => options with { Tls = Verified("mx.example.test") }, message);
        Assert.Equal(SmtpVerdict.Sent, outcome[0].Recipients[0].Verdict);

        talk = new SmtpTalk(Secured + "C: QUIT\n", certificates: certificates);
        outcome = await talk.SendAsync(options => options with { Tls = SmtpTlsDemand.Encrypted }, message);
        Assert.Equal("5.7.30", outcome[0].Failure!.Status);
    }
}
