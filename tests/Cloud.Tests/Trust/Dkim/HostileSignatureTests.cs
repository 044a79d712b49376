using System.Text;
using Cloud.Trust.Dkim;

namespace Cloud.Tests.Trust.Dkim;

/// <summary>Messages that are made to cost: work and memory stay bounded, and nothing throws.</summary>
public sealed class HostileSignatureTests : IDisposable
{
    const string Fields = "From: joe@football.example.com\r\nSubject: Dinner\r\n";

    readonly DkimHarness world = new();

    public void Dispose() => world.Dispose();

    [Fact]
    public async Task Only_so_many_signatures_are_evaluated()
    {
        var letter = DkimHarness.Message($"{Fields}\r\nHi.\r\n");
        var signed = letter;
        for (var i = 0; i < 20; i++)
            signed = [.. world.Sign(letter, null, world.Ed25519).AsSpan(..^letter.Length), .. signed];
        var results = await world.VerifyAsync(signed);
        Assert.Equal(9, results.Count);
        Assert.All(results.Take(8), result => Assert.True(result.IsPass));
        Assert.Equal((DkimVerdict.Policy, ""), (results[8].Verdict, results[8].Domain));
        Assert.Contains("12 further", results[8].Reason, StringComparison.Ordinal);
        Assert.Single(world.Dns.Asked); // All are of one key.
        Assert.Equal(3, (await world.VerifyAsync(signed, limits: new() { MaxSignatures = 2 })).Count);
    }

    [Fact]
    public async Task A_header_too_large_is_not_looked_at()
    {
        var signed = world.Sign(DkimHarness.Message($"{Fields}\r\nHi.\r\n"));
        byte[] large =
        [
            .. signed.AsSpan(..^7),
            .. Encoding.ASCII.GetBytes($"X: {new string('x', 5000)}"),
            .. signed.AsSpan(^7..),
        ];
        foreach (var piece in (int[])[1, 4096, int.MaxValue])
        {
            var results = await world.VerifyAsync(large, piece, new() { MaxHeader = 5000 });
            Assert.All(results, result => Assert.Equal(DkimVerdict.PermError, result.Verdict));
            Assert.Contains("too large", results[0].Reason, StringComparison.Ordinal);
        }

        Assert.Contains("too large", (await world.VerifyAsync(signed, limits: new() { MaxFields = 3 }))[0].Reason);
        Assert.Empty(world.Dns.Asked);
    }

    [Fact]
    public async Task Lists_that_are_too_long_are_not_read()
    {
        var start = "DKIM-Signature: v=1; a=rsa-sha256; d=football.example.com; s=test; ";
        foreach (
            var (rest, reason) in ((string, string)[])
                [
                    ($"b={new string('A', 20_000)}", "octets"),
                    (string.Concat(Enumerable.Range(0, 100).Select(i => $"t{i}=; ")), "tags"),
                    (
                        $"b=AA==; bh={new string('A', 43)}=; h=From{string.Concat(Enumerable.Repeat(":a", 600))}",
                        "names"
                    ),
                ]
        )
        {
            var result = await world.VerifyOneAsync(DkimHarness.Message($"{start}{rest}\r\n{Fields}\r\nHi.\r\n"));
            Assert.Equal(DkimVerdict.Neutral, result.Verdict);
            Assert.Contains(reason, result.Reason, StringComparison.Ordinal);
        }

        Assert.Empty(world.Dns.Asked);
    }

    [Fact]
    public async Task The_worst_header_comes_to_its_verdicts()
    {
        // Eight signatures, each of which names From five hundred times, over ten thousand fields of that name.
        var names = string.Concat(Enumerable.Repeat(":From", 499));
        var signature =
            $"DKIM-Signature: v=1; a=ed25519-sha256; d=football.example.com; s=brisbane; h=From{names}; "
            + $"bh={new string('A', 43)}=; b=AAAA\r\n";
        var text =
            string.Concat(Enumerable.Repeat(signature, 8)) + string.Concat(Enumerable.Repeat("From: a@b\r\n", 9900));
        var results = await world.VerifyAsync(DkimHarness.Message($"{text}\r\nHi.\r\n"), 100);
        Assert.Equal(8, results.Count);
    }

    [Fact]
    public async Task Noise_never_throws()
    {
        var random = new Random(42);
        var signed = world.Sign(DkimHarness.Message($"{Fields}\r\nHi there,  you.\r\n"));
        for (var round = 0; round < 2000; round++)
        {
            var noisy = (byte[])signed.Clone();
            for (var i = random.Next(1, 6); i > 0; i--)
                noisy[random.Next(noisy.Length)] = (byte)random.Next(256);
            await world.VerifyAsync(noisy[..random.Next(noisy.Length + 1)], random.Next(1, 400));
        }
    }
}
