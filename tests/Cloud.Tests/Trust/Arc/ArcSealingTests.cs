using System.Text;
using Cloud.Dns;
using Cloud.Tests.Trust.Dkim;
using Cloud.Trust;
using Cloud.Trust.Arc;

namespace Cloud.Tests.Trust.Arc;

/// <summary>What we pass on is sealed so that others can verify it.</summary>
public sealed class ArcSealingTests : IDisposable
{
    const string Home = "home.example";
    const string Ours = "here.example";

    const string Results =
        "Authentication-Results: mx.here.example 1;\r\n\tspf=pass smtp.mailfrom=a@example.org;\r\n\tdmarc=pass header.from=example.org";

    static readonly byte[] Letter = DkimHarness.Message(
        """
        From: Ada <ada@example.org>
        To: list@here.example
        Subject: Hello

        Hi  all.

        """
    );

    readonly DkimHarness world = new(isPublished: false);

    public ArcSealingTests()
    {
        foreach (var domain in (string[])[Home, Ours])
            world.Publish(world.Rsa.Selector, world.Rsa.RecordText, domain);
    }

    public void Dispose() => world.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(int.MaxValue)]
    public async Task A_message_without_a_chain_gets_its_first_set(int piece)
    {
        var verdict = await VerifyAsync(Seal(With(Results, Letter), piece));
        Assert.Equal((ArcResult.Pass, 0), (verdict.Result, verdict.OldestPass));
        var seen = verdict.TrustedSet([DnsName.Parse(Ours)])!;
        Assert.Equal((1, "none"), (seen.Instance, seen.ChainValidation));
        Assert.Equal("pass", seen.ResultOf("dmarc")!.Result);
        Assert.Equal("a@example.org", seen.ResultOf("spf")!.Property("smtp.mailfrom"));
    }

    [Fact]
    public async Task A_chain_that_passed_is_carried_on()
    {
        var message = new ArcSealer(Home, world.Rsa).Seal(Letter);
        var verdict = await VerifyAsync(Seal(With($"{Results};\r\n\tarc=pass", message)));
        Assert.Equal((ArcResult.Pass, 0), (verdict.Result, verdict.OldestPass));
        Assert.Equal(
            [(1, Home, "none"), (2, Ours, "pass")],
            verdict.Sets.Select(set => (set.Instance, $"{set.Sealer}", set.ChainValidation))
        );
        var again = await VerifyAsync(Seal(With($"{Results};\r\n\tarc=pass", Seal(With(Results, Letter)))));
        Assert.Equal((ArcResult.Pass, 2), (again.Result, again.Sets.Count));
    }

    [Fact]
    public async Task What_is_changed_afterwards_breaks_it()
    {
        var message = Encoding.UTF8.GetString(Seal(With(Results, Letter)));
        foreach (
            var (old, changed) in ((string, string)[])
                [("Hi  all", "Hi all you"), ("Subject: Hello", "Subject: Hallo"), ("i=1; mx.here", "i=1; mx.there")]
        )
        {
            Assert.Contains(old, message);
            var verdict = await VerifyAsync(Encoding.UTF8.GetBytes(message.Replace(old, changed)));
            Assert.Equal(ArcResult.Fail, verdict.Result);
        }
    }

    [Fact]
    public async Task An_author_s_signatures_cannot_be_exchanged_afterwards()
    {
        var message = Encoding.UTF8.GetString(Seal(With($"{Results}\r\nDKIM-Signature: v=1; b=abc", Letter)));
        Assert.Equal(ArcResult.Pass, (await VerifyAsync(Encoding.UTF8.GetBytes(message))).Result);
        var changed = message.Replace("b=abc", "b=abd", StringComparison.Ordinal);
        Assert.Equal(ArcResult.Fail, (await VerifyAsync(Encoding.UTF8.GetBytes(changed))).Result);
    }

    [Fact]
    public void What_nobody_could_verify_is_left_alone()
    {
        var chained = new ArcSealer(Home, world.Rsa).Seal(Letter);
        foreach (
            var message in (byte[][])
                [
                    Letter, // nothing was found out
                    With(Results, "To: x@here.example\r\n\r\nNo author\r\n"u8.ToArray()),
                    With($"{Results};\r\n\tarc=fail", chained),
                    With(Results, chained),
                    With(
                        $"{Results};\r\n\tarc=pass",
                        Encoding.UTF8.GetBytes("ARC-Seal: i=3; cv=pass\r\n").Concat(Letter).ToArray()
                    ),
                ]
        )
            Assert.Equal(message.Length, Seal(message).Length);
    }

    static byte[] With(string field, byte[] message) => [.. Encoding.UTF8.GetBytes(field + "\r\n"), .. message];

    byte[] Seal(byte[] message, int piece = int.MaxValue)
    {
        using var sealing = new ArcSealing(Ours, world.Rsa, DkimHarness.Clock);
        for (var at = 0; at < message.Length; at += Math.Min(piece, message.Length - at))
            sealing.Write(message.AsSpan(at, Math.Min(piece, message.Length - at)));
        return [.. sealing.Complete(), .. message];
    }

    async Task<ArcVerdict> VerifyAsync(byte[] message)
    {
        using var check = new MessageVerification(world.Dns, DkimHarness.Clock, null, CancellationToken.None);
        check.Write(message);
        return (await check.CompleteAsync()).Arc;
    }
}
