using System.Text;
using Cloud.Dns;
using Cloud.Tests.Trust.Dkim;
using Cloud.Trust;
using Cloud.Trust.Arc;
using Cloud.Trust.Dkim;

namespace Cloud.Tests.Trust.Arc;

public sealed class ArcVerdictTests : IDisposable
{
    const string Home = "home.example";
    const string List = "list.example";
    const string Evil = "evil.example";

    static readonly byte[] Letter = DkimHarness.Message(
        """
        From: Ada <ada@example.org>
        To: list@list.example
        Subject: Hello

        Hi all.

        """
    );

    readonly DkimHarness world = new(isPublished: false);

    public ArcVerdictTests()
    {
        foreach (var domain in (string[])[Home, List, Evil])
        {
            foreach (var key in world.Keys)
                world.Publish(key.Selector, key.RecordText, domain);
        }
    }

    public void Dispose() => world.Dispose();

    [Fact]
    public async Task A_chain_tells_who_sealed_and_what_they_saw()
    {
        var message = Sealer(List, world.Ed25519).Seal(Sealer(Home).Seal(Letter));
        var verdict = await VerifyAsync(message);

        Assert.Equal((ArcResult.Pass, 0), (verdict.Result, verdict.OldestPass));
        Assert.Equal(
            [(1, Home, "none"), (2, List, "pass")],
            verdict.Sets.Select(set => (set.Instance, $"{set.Sealer}", set.ChainValidation))
        );
        Assert.All(
            verdict.Sets,
            set => Assert.True(set is { HoldsMessage: true, Signature.IsPass: true, Seal.IsPass: true })
        );
        var seen = verdict.TrustedSet([DnsName.Parse(Home)])!;
        Assert.Equal(1, seen.Instance);
        Assert.Equal(
            ("pass", "example.org"),
            (seen.ResultOf("dmarc")!.Result, seen.ResultOf("dmarc")!.Property("header.from"))
        );
        Assert.Equal("a@example.org", seen.ResultOf("spf")!.Property("smtp.mailfrom"));
        Assert.Null(seen.ResultOf("dkim"));
        Assert.Equal("arc=pass (2 seals verified) header.oldest-pass=0", verdict.ToString());
    }

    [Fact]
    public async Task Nobody_vouches_for_a_message_without_a_chain()
    {
        var verdict = await VerifyAsync(Letter);
        Assert.Equal(ArcResult.None, verdict.Result);
        Assert.Empty(verdict.Sets);
        Assert.Null(verdict.TrustedSet([DnsName.Parse(Home)]));
        Assert.Empty(world.Dns.Asked);
    }

    [Fact]
    public async Task A_list_that_changes_the_message_moves_the_oldest_pass()
    {
        var changed = Change(Sealer(Home).Seal(Letter), "Hi all.", "Hi all.\r\n-- \r\nA list");
        var verdict = await VerifyAsync(Sealer(List).Seal(changed));

        Assert.Equal((ArcResult.Pass, 2), (verdict.Result, verdict.OldestPass));
        Assert.False(verdict.Sets[0].HoldsMessage);
        // Home alone cannot vouch for what the list wrote; both together can.
        Assert.Null(verdict.TrustedSet([DnsName.Parse(Home)]));
        Assert.Equal(2, verdict.TrustedSet([DnsName.Parse(List)])!.Instance);
        Assert.Equal(1, verdict.TrustedSet([DnsName.Parse(Home), DnsName.Parse(List)])!.Instance);
        Assert.Null(verdict.TrustedSet([DnsName.Parse("sub.list.example"), DnsName.Parse("example")]));
    }

    [Fact]
    public async Task A_chain_put_on_another_message_is_worth_nothing()
    {
        var sealedOnce = Encoding.UTF8.GetString(Sealer(Home).Seal(Letter));
        var chain = sealedOnce[..sealedOnce.IndexOf("From:", StringComparison.Ordinal)];
        var forged = Encoding.UTF8.GetBytes($"{chain}From: Boss <boss@example.org>\r\n\r\nSend money.\r\n");

        Assert.Equal(ArcResult.Fail, (await VerifyAsync(forged)).Result);
        var verdict = await VerifyAsync(Sealer(Evil).Seal(forged));
        Assert.Equal(ArcResult.Pass, verdict.Result);
        Assert.Null(verdict.TrustedSet([DnsName.Parse(Home)]));
    }

    [Fact]
    public async Task A_signature_vouches_for_no_author_that_it_leaves_out()
    {
        var trusted = DnsName.Parse(Home);
        var without = await VerifyAsync(
            Sealer(Home) with { Names = "to:subject" } is var sealer ? sealer.Seal(Letter) : []
        );
        Assert.True(without.IsPass);
        Assert.Null(without.TrustedSet([trusted]));

        byte[] second = [.. "From: boss@example.org\r\n"u8, .. Sealer(Home).Seal(Letter)];
        var added = await VerifyAsync(second);
        Assert.True(added.IsPass);
        Assert.Null(added.TrustedSet([trusted]));
        var sealedTwice = Sealer(Home) with { Names = "from:from" };
        Assert.NotNull((await VerifyAsync(sealedTwice.Seal(Letter))).TrustedSet([trusted]));
    }

    [Fact]
    public async Task A_signature_vouches_for_no_body_that_it_leaves_out()
    {
        byte[] longer = [.. (Sealer(Home) with { Tags = "c=relaxed/relaxed; l=9" }).Seal(Letter), .. "And more.\r\n"u8];
        var verdict = await VerifyAsync(longer);
        Assert.True(verdict.IsPass, $"{verdict}");
        Assert.Equal(11, verdict.Sets[0].Signature!.UncoveredOctets);
        Assert.Null(verdict.TrustedSet([DnsName.Parse(Home)]));
    }

    [Theory]
    [InlineData("dmarc=pass", "dmarc=fail")]
    [InlineData("Hi all.", "Hi!")]
    [InlineData("cv=none", "cv=fail")]
    [InlineData("i=1; mx", "i=2; mx")]
    [InlineData("i=1; mx", "i=51; mx")]
    [InlineData("i=1; mx", "mx")]
    public async Task A_changed_chain_fails_and_nobody_vouches(string from, string to)
    {
        var verdict = await VerifyAsync(Change(Sealer(Home).Seal(Letter), from, to));
        Assert.Equal(ArcResult.Fail, verdict.Result);
        Assert.Null(verdict.TrustedSet([DnsName.Parse(Home)]));
        Assert.NotEmpty(verdict.Steps);
    }

    [Fact]
    public async Task What_the_name_server_does_not_tell_is_temporary()
    {
        var message = Sealer(List, world.Ed25519).Seal(Sealer(Home).Seal(Letter));
        world.Dns.Fail(DnsName.Parse($"test._domainkey.{Home}"), "SERVFAIL");
        var verdict = await VerifyAsync(message);
        Assert.Equal((ArcResult.TempError, "fail"), (verdict.Result, verdict.Result.ToText()));
        Assert.Null(verdict.TrustedSet([DnsName.Parse(List)]));
    }

    [Fact]
    public async Task Fifty_sets_are_a_chain_and_one_more_is_none()
    {
        var message = Letter;
        for (var i = 0; i < ArcChain.MaxSets; i++)
            message = Sealer(i % 2 == 0 ? Home : List, world.Ed25519).Seal(message);
        var verdict = await VerifyAsync(message);
        Assert.Equal((ArcResult.Pass, 50), (verdict.Result, verdict.Sets.Count));
        // No more signatures are looked at than of DKIM, all seals are, and each key is asked for once.
        Assert.Equal(50 - new DkimLimits().MaxSignatures + 1, verdict.OldestPass);
        Assert.Equal(2, world.Dns.Asked.Count);

        byte[] more = [.. Encoding.UTF8.GetBytes("ARC-Seal: i=1; a=x\r\n"), .. message];
        Assert.Equal(ArcResult.Fail, (await VerifyAsync(more)).Result);
        Assert.Equal(2, world.Dns.Asked.Count);
    }

    [Fact]
    public async Task Signatures_of_both_kinds_are_verified_in_one_pass()
    {
        foreach (var key in world.Keys)
            world.Publish(key.Selector, key.RecordText);
        var message = Sealer(List).Seal(world.Sign(Letter));
        using var verification = new MessageVerification(world.Dns, DkimHarness.Clock, null, default);
        foreach (var octet in message)
            verification.Write([octet]);
        var verdicts = await verification.CompleteAsync();

        Assert.Equal([true, true], verdicts.Dkim.Select(result => result.IsPass));
        Assert.True(verdicts.Arc.IsPass);
        Assert.Equal(" Ada <ada@example.org>\r\n", Encoding.UTF8.GetString(Assert.Single(verification.From).Span));
        Assert.Equal(3, world.Dns.Asked.Count);
    }

    ArcSealer Sealer(string domain, DkimKey? key = null) => new(domain, key ?? world.Rsa);

    static byte[] Change(byte[] message, string from, string to)
    {
        var text = Encoding.UTF8.GetString(message);
        Assert.Contains(from, text, StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal));
    }

    async Task<ArcVerdict> VerifyAsync(byte[] message)
    {
        using var verification = new MessageVerification(world.Dns, DkimHarness.Clock, null, default);
        verification.Write(message);
        return (await verification.CompleteAsync()).Arc;
    }
}
