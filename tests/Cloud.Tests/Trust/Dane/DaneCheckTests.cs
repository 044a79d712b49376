using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cloud.Dns;
using Cloud.Trust.Dane;
using Cloud.Trust.TlsRpt;

namespace Cloud.Tests.Trust.Dane;

public sealed class DaneCheckTests
{
    static readonly DateTimeOffset Now = new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);
    static readonly DnsName Host = DnsName.Parse("mx.example");
    static readonly DnsName Domain = DnsName.Parse("example.org");

    readonly Issuer root = Issuer.Root("Root");
    readonly Issuer middle;

    public DaneCheckTests() => middle = root.Issue("Middle");

    static DaneVerdict Check(X509Certificate2[] chain, params TlsaRecord[] records) =>
        DaneCheck.Check(new(Host, DaneDemand.Authenticate, Host, records, []), Domain, chain, Now);

    /// <summary>A record for a certificate: usage, selector, matching type.</summary>
    static TlsaRecord Tlsa(byte usage, byte selector, byte matching, X509Certificate2 certificate)
    {
        var content = selector == 0 ? certificate.RawData : certificate.PublicKey.ExportSubjectPublicKeyInfo();
        var data = matching switch
        {
            0 => content,
            1 => SHA256.HashData(content),
            _ => SHA512.HashData(content),
        };
        return new(Host, default, usage, selector, matching, new(data));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(0, 2)]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(1, 2)]
    public void The_servers_own_key_is_enough_whatever_its_name_and_time(byte selector, byte matching)
    {
        var leaf = middle.Server("somebody.else", Now.AddYears(-1));
        var verdict = Check([leaf], Tlsa(3, selector, matching, leaf));
        Assert.True(verdict.Passed, verdict.Reason);
        Assert.Equal($"TLSA 3 {selector} {matching} matches", verdict.Reason);
        Assert.False(Check([middle.Server("mx.example")], Tlsa(3, selector, matching, leaf)).Passed);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(1, 2)]
    public void An_issuer_in_the_chain_vouches_for_the_name(byte selector, byte matching)
    {
        var leaf = middle.Server("mx.example");
        X509Certificate2[] chain = [leaf, middle.Certificate, root.Certificate];
        foreach (var anchor in new[] { middle.Certificate, root.Certificate })
            Assert.True(Check(chain, Tlsa(2, selector, matching, anchor)).Passed);
    }

    [Fact]
    public void The_issuer_may_be_below_a_root_that_nobody_has()
    {
        var verdict = Check([middle.Server("mx.example"), middle.Certificate], Tlsa(2, 1, 1, middle.Certificate));
        Assert.True(verdict.Passed, string.Join('\n', verdict.Steps));
    }

    [Fact]
    public void An_issuer_that_is_not_sent_may_stand_whole_in_the_record()
    {
        X509Certificate2[] chain = [middle.Server("mx.example"), middle.Certificate];
        Assert.True(Check(chain, Tlsa(2, 0, 0, root.Certificate)).Passed);
        Assert.False(Check(chain, Tlsa(2, 0, 1, root.Certificate)).Passed);
    }

    [Theory]
    [InlineData("mx.example", true)]
    [InlineData("*.example", true)]
    [InlineData("example.org", true)]
    [InlineData("a.mx.example", false)]
    [InlineData("mx.example.org", false)]
    public void The_name_must_be_the_hosts_or_the_domains(string name, bool passes)
    {
        var verdict = Check([middle.Server(name), middle.Certificate], Tlsa(2, 1, 1, middle.Certificate));
        Assert.Equal(passes, verdict.Passed);
        Assert.Equal(passes ? null : TlsFailure.CertificateHostMismatch, verdict.Failure);
    }

    [Fact]
    public void A_certificate_of_an_issuer_must_be_in_its_time()
    {
        var verdict = Check(
            [middle.Server("mx.example", Now.AddDays(-1)), middle.Certificate],
            Tlsa(2, 1, 1, middle.Certificate)
        );
        Assert.Equal((false, TlsFailure.CertificateExpired), (verdict.Passed, verdict.Failure!.Value));
    }

    [Fact]
    public void Somebody_who_calls_himself_like_the_issuer_is_not_believed()
    {
        var forger = Issuer.Root("Root").Issue("Middle");
        X509Certificate2[] chain = [forger.Server("mx.example"), middle.Certificate, root.Certificate];
        Assert.False(Check(chain, Tlsa(2, 1, 1, middle.Certificate)).Passed);
        Assert.False(Check(chain, Tlsa(2, 0, 1, root.Certificate)).Passed);
        Assert.False(Check([.. chain, forger.Certificate], Tlsa(2, 1, 1, middle.Certificate)).Passed);
    }

    [Fact]
    public void A_server_is_no_issuer()
    {
        var server = middle.Server("mx.example", out var key);
        var below = Issuer.Below(server, key).Server("mx.example");
        Assert.False(Check([below, server, middle.Certificate], Tlsa(2, 1, 1, middle.Certificate)).Passed);
        Assert.False(Check([server, middle.Certificate], Tlsa(2, 1, 1, server)).Passed);
    }

    [Fact]
    public void One_matching_record_is_enough()
    {
        var leaf = middle.Server("mx.example");
        var other = middle.Server("mx.example");
        Assert.True(Check([leaf], Tlsa(3, 1, 1, other), Tlsa(2, 1, 1, root.Certificate), Tlsa(3, 1, 1, leaf)).Passed);
    }

    [Fact]
    public void Without_a_certificate_or_an_answer_nobody_passes_and_without_a_demand_everybody()
    {
        Assert.False(Check([], Tlsa(3, 1, 1, root.Certificate)).Passed);
        DaneVerdict Of(DaneDemand demand) => DaneCheck.Check(new(Host, demand, Host, [], []), Domain, [], Now);
        Assert.True(Of(DaneDemand.Encrypt).Passed);
        Assert.True(Of(DaneDemand.Nothing).Passed);
        Assert.False(Of(DaneDemand.Skip).Passed);
    }

    /// <summary>Makes certificates.</summary>
    sealed class Issuer(X509Certificate2 certificate, ECDsa key)
    {
        int serial;

        public X509Certificate2 Certificate { get; } = certificate;

        public static Issuer Root(string name)
        {
            var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            return new(Request(name, key, true).CreateSelfSigned(Now.AddYears(-5), Now.AddYears(5)), key);
        }

        public static Issuer Below(X509Certificate2 certificate, ECDsa key) => new(certificate, key);

        public Issuer Issue(string name)
        {
            var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            return new(Sign(Request(name, key, true), Now.AddYears(4)), key);
        }

        public X509Certificate2 Server(string name, DateTimeOffset? until = null) =>
            Server(name, until, ECDsa.Create(ECCurve.NamedCurves.nistP256));

        public X509Certificate2 Server(string name, out ECDsa own) =>
            Server(name, null, own = ECDsa.Create(ECCurve.NamedCurves.nistP256));

        X509Certificate2 Server(string name, DateTimeOffset? until, ECDsa own)
        {
            var request = Request("server", own, false);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(name);
            request.CertificateExtensions.Add(names.Build());
            return Sign(request, until ?? Now.AddYears(1));
        }

        X509Certificate2 Sign(CertificateRequest request, DateTimeOffset until) =>
            request.Create(
                Certificate.SubjectName,
                X509SignatureGenerator.CreateForECDsa(key),
                Now.AddYears(-4),
                until,
                [1, (byte)++serial]
            );

        static CertificateRequest Request(string name, ECDsa key, bool isIssuer)
        {
            var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isIssuer, false, 0, true));
            return request;
        }
    }
}
