using System.Security.Cryptography;
using System.Text;
using Cloud.Dns;
using Cloud.Trust;
using Cloud.Trust.Dkim;

namespace Cloud.Tests.Trust.Dkim;

/// <summary>What a signature comes to, by what is wrong with it or its key.</summary>
public sealed class VerificationTests : IDisposable
{
    const string Tags = "v=1; a=ed25519-sha256; c=relaxed/simple; d=football.example.com; s=brisbane; h=From:Subject";

    static readonly byte[] Letter = DkimHarness.Message(
        "From: Joe <joe@football.example.com>\r\nSubject: Dinner\r\n\r\nHi.\r\n\r\nJoe.\r\n"
    );

    readonly DkimHarness world = new();

    public void Dispose() => world.Dispose();

    [Fact]
    public async Task A_message_without_signatures_has_no_results()
    {
        Assert.Empty(await world.VerifyAsync(Letter));
        Assert.Empty(await world.VerifyAsync([]));
        Assert.Empty(await world.VerifyAsync(DkimHarness.Message("no header at all")));
    }

    [Fact]
    public async Task A_result_tells_who_signed_and_the_steps()
    {
        var result = await world.VerifyOneAsync(world.Sign(Letter, null, world.Rsa));
        Assert.Equal(DkimVerdict.Pass, result.Verdict);
        Assert.Equal((DkimHarness.Domain, "test", "rsa-sha256"), (result.Domain, result.Selector, result.Algorithm));
        Assert.Equal(("@football.example.com", 2048, false), (result.Identity, result.KeyBits, result.IsTesting));
        Assert.Equal(
            ["key at test._domainkey.football.example.com", "key of 2048 bits", "body hash matches", "verified"],
            result.Steps.Skip(1)
        );
    }

    [Theory]
    [InlineData("v=1; ", "v=2; ", DkimVerdict.Neutral, "v=")]
    [InlineData("v=1; ", "", DkimVerdict.Neutral, "v=")]
    [InlineData("v=1; ", "v=1; v=1; ", DkimVerdict.Neutral, "v= twice")]
    [InlineData("v=1; ", "v=1;; ", DkimVerdict.Neutral, "without a value")]
    [InlineData("v=1; ", "v=1; 1=x; ", DkimVerdict.Neutral, "name")]
    [InlineData("v=1; ", "v=1; z=\0; ", DkimVerdict.Neutral, "control")]
    [InlineData("v=1; ", "v=1; unknown=is passed over; ", DkimVerdict.Pass, "verified")]
    [InlineData("v=1; ", "v=1; q=dns/xyz; ", DkimVerdict.Neutral, "q=")]
    [InlineData("v=1; ", "v=1; q=dns/xyz:dns/txt; ", DkimVerdict.Pass, "verified")]
    [InlineData("a=ed25519-sha256", "a=rsa-sha1", DkimVerdict.Policy, "8301")]
    [InlineData("a=ed25519-sha256", "a=ed448-sha256", DkimVerdict.Neutral, "algorithm")]
    [InlineData("a=ed25519-sha256", "a=rsa-sha256", DkimVerdict.PermError, "not for rsa")]
    [InlineData("c=relaxed/simple", "c=relaxed/nowsp", DkimVerdict.Neutral, "c=")]
    [InlineData("c=relaxed/simple", "c=relaxed", DkimVerdict.Pass, "verified")]
    [InlineData(" d=football.example.com;", "", DkimVerdict.Neutral, "d=")]
    [InlineData("d=football.example.com", "d=football..example.com", DkimVerdict.Neutral, "d=")]
    [InlineData("d=football.example.com", "d=foot\\.ball.example.com", DkimVerdict.Neutral, "d=")]
    [InlineData("d=football.example.com", "d=cricket.example.com", DkimVerdict.PermError, "no such name")]
    [InlineData("s=brisbane", "s=", DkimVerdict.Neutral, "s=")]
    [InlineData("h=From:Subject", "h=Subject", DkimVerdict.PermError, "From")]
    [InlineData("h=From:Subject", "h=From:Sub ject:Fr\r\n\tom", DkimVerdict.Pass, "verified")]
    [InlineData("h=From:Subject", "h=From::Subject", DkimVerdict.Neutral, "h=")]
    [InlineData("h=From:Subject", "x=1", DkimVerdict.Neutral, "h=")]
    [InlineData("v=1; ", "v=1; i=a@football.example.com; ", DkimVerdict.Pass, "verified")]
    [InlineData("v=1; ", "v=1; i=@deep.down.FOOTBALL.example.com; ", DkimVerdict.Pass, "verified")]
    [InlineData("v=1; ", "v=1; i=@example.com; ", DkimVerdict.PermError, "i=")]
    [InlineData("v=1; ", "v=1; i=@notfootball.example.com; ", DkimVerdict.PermError, "i=")]
    [InlineData("v=1; ", "v=1; i=football.example.com; ", DkimVerdict.Neutral, "i=")]
    [InlineData("v=1; ", "v=1; t=1699999999; x=1700000000; ", DkimVerdict.Pass, "verified")]
    [InlineData("v=1; ", "v=1; x=1699999999; ", DkimVerdict.Policy, "expired 2023-11-14")]
    [InlineData("v=1; ", "v=1; x=999999999999; ", DkimVerdict.Pass, "verified")]
    [InlineData("v=1; ", "v=1; t=1700000000; x=1700000000; ", DkimVerdict.Neutral, "x=")]
    [InlineData("v=1; ", "v=1; t=1700036000; ", DkimVerdict.Pass, "verified")]
    [InlineData("v=1; ", "v=1; t=1700050401; ", DkimVerdict.Policy, "future")]
    [InlineData("v=1; ", "v=1; t=999999999999; ", DkimVerdict.Policy, "future")]
    [InlineData("v=1; ", "v=1; t=-1; ", DkimVerdict.Neutral, "t=")]
    [InlineData("v=1; ", "v=1; l=; ", DkimVerdict.Neutral, "l=")]
    [InlineData("v=1; ", "v=1; l=13; ", DkimVerdict.Pass, "verified")]
    [InlineData("v=1; ", "v=1; l=14; ", DkimVerdict.Fail, "shorter")]
    [InlineData("v=1; ", "v=1; l=99999999999999999999999999; ", DkimVerdict.Fail, "shorter")]
    public async Task A_signature_is_judged(string old, string changed, DkimVerdict verdict, string reason)
    {
        var tags = Tags.Replace(old, changed, StringComparison.Ordinal);
        var result = await world.VerifyOneAsync(DkimHarness.Forge(tags, Letter, world.Ed25519));
        Assert.Equal(verdict, result.Verdict);
        Assert.Contains(reason, result.Reason, StringComparison.Ordinal);
        Assert.Equal(result.Reason, result.Steps[^1]);
    }

    [Theory]
    [InlineData("v=DKIM1; p=", DkimVerdict.PermError, "revoked")]
    [InlineData("v=DKIM2; k=ed25519; p=KEY", DkimVerdict.PermError, "malformed")]
    [InlineData("k=ed25519; v=DKIM1; p=KEY", DkimVerdict.PermError, "malformed")]
    [InlineData("v=DKIM1; k=ed25519", DkimVerdict.PermError, "no p=")]
    [InlineData("v=spf1 -all", DkimVerdict.PermError, "malformed")]
    [InlineData("", DkimVerdict.PermError, "malformed")]
    [InlineData("v=DKIM1; k=ed25519; p=!", DkimVerdict.PermError, "base64")]
    [InlineData("v=DKIM1; k=ed25519; p=AAAA", DkimVerdict.PermError, "no ed25519 key")]
    [InlineData("v=DKIM1; k=rsa; p=KEY", DkimVerdict.PermError, "not for ed25519")]
    [InlineData("v=DKIM1; p=KEY", DkimVerdict.PermError, "not for ed25519")]
    [InlineData("k=ed25519; p=KEY", DkimVerdict.Pass, "verified")]
    [InlineData(" v = DKIM1 ;\tk=ed25519 ; n=a note; x=y; p= KEY ; ", DkimVerdict.Pass, "verified")]
    [InlineData("v=DKIM1; k=ed25519; h=sha1; p=KEY", DkimVerdict.PermError, "h=")]
    [InlineData("v=DKIM1; k=ed25519; h=sha1:sha256; p=KEY", DkimVerdict.Pass, "verified")]
    [InlineData("v=DKIM1; k=ed25519; s=tlsrpt; p=KEY", DkimVerdict.PermError, "s=")]
    [InlineData("v=DKIM1; k=ed25519; s=other:email; p=KEY", DkimVerdict.Pass, "verified")]
    [InlineData("v=DKIM1; k=ed25519; t=s; p=KEY", DkimVerdict.PermError, "t=s")]
    [InlineData("v=DKIM1; k=ed25519; t=y; p=KEY", DkimVerdict.Pass, "verified")]
    public async Task A_key_record_is_judged(string record, DkimVerdict verdict, string reason)
    {
        var key = Convert.ToBase64String(PublicOf(world.Ed25519));
        world.Publish("other", record.Replace("KEY", key, StringComparison.Ordinal));
        var tags = Tags.Replace("s=brisbane", "s=other; i=@below.football.example.com", StringComparison.Ordinal);
        var result = await world.VerifyOneAsync(DkimHarness.Forge(tags, Letter, world.Ed25519));
        Assert.Equal(verdict, result.Verdict);
        Assert.Contains(reason, result.Reason, StringComparison.Ordinal);
        Assert.Equal(record.Contains("t=y", StringComparison.Ordinal), result.IsTesting);
    }

    [Theory]
    [InlineData(512, DkimVerdict.Policy, "under 1024")]
    [InlineData(1024, DkimVerdict.Pass, "verified")]
    [InlineData(4104, DkimVerdict.Policy, "over 4096")]
    public async Task Rsa_keys_have_to_be_long_enough_and_not_too_long(int bits, DkimVerdict verdict, string reason)
    {
        using var rsa = RSA.Create(bits);
        using var key = DkimKey.Import("sized", DkimAlgorithm.RsaSha256, rsa.ExportPkcs8PrivateKey());
        // By the letter of RFC 6376 §3.6.1: RSAPublicKey, not SubjectPublicKeyInfo.
        world.Publish("sized", $"v=DKIM1; p={Convert.ToBase64String(rsa.ExportRSAPublicKey())}");
        var result = await world.VerifyOneAsync(world.Sign(Letter, null, key));
        Assert.Equal((verdict, bits), (result.Verdict, result.KeyBits));
        Assert.Contains(reason, result.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MAA=")]
    [InlineData("MIGf")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("MAYCAQACAQA=")] // modulus 0, exponent 0
    [InlineData("MAYCAQgCAQM=")] // modulus 8
    public async Task Octets_that_are_no_rsa_key_never_verify(string key)
    {
        world.Publish("bad", $"v=DKIM1; p={key}");
        var tags = Tags.Replace("s=brisbane", "s=bad", StringComparison.Ordinal)
            .Replace("ed25519", "rsa", StringComparison.Ordinal);
        var result = await world.VerifyOneAsync(DkimHarness.Forge(tags, Letter, world.Rsa));
        Assert.Contains(result.Verdict, (DkimVerdict[])[DkimVerdict.PermError, DkimVerdict.Policy]);
    }

    [Fact]
    public async Task What_l_leaves_out_is_told()
    {
        var signed = DkimHarness.Forge($"{Tags}; l=7", Letter, world.Ed25519);
        var result = await world.VerifyOneAsync([.. signed, .. "Buy this!\r\n"u8]);
        Assert.True(result.IsPass);
        Assert.Equal(17, result.UncoveredOctets);
        Assert.Contains("17 octets", result.Reason, StringComparison.Ordinal);
        Assert.Equal(
            0,
            (await world.VerifyOneAsync(DkimHarness.Forge($"{Tags}; l=13", Letter, world.Ed25519))).UncoveredOctets
        );
    }

    [Fact]
    public async Task The_lowest_field_of_a_name_is_the_one_signed()
    {
        var message = DkimHarness.Message("From: a@x\r\nSubject: two\r\nFrom: b@x\r\nSubject: one\r\n\r\nHi.\r\n");
        var signed = Encoding.UTF8.GetString(DkimHarness.Forge(Tags, message, world.Ed25519));
        Assert.True((await AfterAsync(signed, "Subject: two", "Subject: changed")).IsPass);
        Assert.False((await AfterAsync(signed, "Subject: one", "Subject: changed")).IsPass);

        // Named twice, both are signed, the lowest first; named thrice, none may be added.
        var twice = Tags.Replace("Subject", "Subject:subject", StringComparison.Ordinal);
        signed = Encoding.UTF8.GetString(DkimHarness.Forge(twice, message, world.Ed25519));
        Assert.False((await AfterAsync(signed, "Subject: two", "Subject: changed")).IsPass);
        Assert.True((await AfterAsync(signed, "Subject: two", "Subject: three\r\nSubject: two")).IsPass);
        var thrice = twice.Replace("subject", "subject:Subject", StringComparison.Ordinal);
        signed = Encoding.UTF8.GetString(DkimHarness.Forge(thrice, message, world.Ed25519));
        Assert.False((await AfterAsync(signed, "Subject: two", "Subject: three\r\nSubject: two")).IsPass);
    }

    [Fact]
    public async Task International_names_are_looked_up_as_a_labels()
    {
        world.Publish("schlüssel", world.Ed25519.RecordText, "bücher.example");
        var tags = Tags.Replace("football.example.com", "bücher.example", StringComparison.Ordinal)
            .Replace("brisbane", "schlüssel", StringComparison.Ordinal);
        var result = await world.VerifyOneAsync(DkimHarness.Forge(tags, Letter, world.Ed25519));
        Assert.True(result.IsPass, result.Reason);
        Assert.Equal("bücher.example", result.Domain);
        Assert.Equal("xn--schlssel-95a._domainkey.xn--bcher-kva.example", world.Dns.Asked[^1].Name.ToString());
    }

    [Theory]
    [InlineData("SERVFAIL")]
    [InlineData("TIMEOUT")]
    public async Task A_name_server_in_trouble_is_a_temporary_error(string fault)
    {
        world.Dns.Fail(DnsName.Parse($"brisbane._domainkey.{DkimHarness.Domain}"), fault);
        var results = await world.VerifyAsync(world.Sign(Letter));
        Assert.Equal([DkimVerdict.Pass, DkimVerdict.TempError], results.Select(result => result.Verdict));
    }

    [Fact]
    public async Task A_silent_name_server_is_given_up_at_the_deadline()
    {
        world.Dns.Fail(DnsName.Parse($"test._domainkey.{DkimHarness.Domain}"), "HANG");
        using var deadline = new CancellationTokenSource();
        using var verification = new MessageVerification(world.Dns, DkimHarness.Clock, null, deadline.Token);
        verification.Write(world.Sign(Letter));
        Assert.Equal(2, world.Dns.Asked.Count); // At once, before the message has ended.
        await deadline.CancelAsync();
        var results = (await verification.CompleteAsync()).Dkim;
        Assert.Equal([DkimVerdict.TempError, DkimVerdict.Pass], results.Select(result => result.Verdict));
        Assert.Contains("deadline", results[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_record_that_is_a_key_counts_where_a_name_has_several()
    {
        world.Publish("several", "v=spf1 -all");
        world.Publish("several", world.Ed25519.RecordText);
        var tags = Tags.Replace("s=brisbane", "s=several", StringComparison.Ordinal);
        Assert.True((await world.VerifyOneAsync(DkimHarness.Forge(tags, Letter, world.Ed25519))).IsPass);
    }

    Task<DkimResult> AfterAsync(string signed, string old, string changed) =>
        world.VerifyOneAsync(Encoding.UTF8.GetBytes(signed.Replace(old, changed, StringComparison.Ordinal)));

    static byte[] PublicOf(DkimKey key) => Convert.FromBase64String(key.RecordText.Split("p=")[1]);
}
