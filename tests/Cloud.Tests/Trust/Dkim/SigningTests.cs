using System.Text;
using Cloud.Tests.Fakes;
using Cloud.Trust.Dkim;

namespace Cloud.Tests.Trust.Dkim;

public sealed class SigningTests : IDisposable
{
    static readonly byte[] Letter = DkimHarness.Message(
        """
        From: Joe <joe@football.example.com>
        To: Suzie <suzie@shopping.example.net>,
         Bob <bob@example.org>
        Subject:   Is dinner   ready?
        List-Unsubscribe: <https://example.com/leave>
        Received: from elsewhere
        X-Other: not signed

        Hi.  

        Joe.


        """
    );

    readonly DkimHarness world = new();

    public void Dispose() => world.Dispose();

    [Fact]
    public async Task Ugly_messages_pass_with_both_keys_in_every_form()
    {
        var random = new Random(6376);
        for (var round = 0; round < 120; round++)
        {
            var message = Ugly(random);
            var options = new DkimSignOptions
            {
                Header = (Canonicalization)(round & 1),
                Body = (Canonicalization)(round >> 1 & 1),
            };
            var results = await world.VerifyAsync(world.Sign(message, options), random.Next(1, 300));
            Assert.Equal(2, results.Count);
            Assert.All(results, r => Assert.True(r.IsPass, $"{round}: {r} of {Convert.ToHexString(message)}"));
        }
    }

    [Fact]
    public async Task Any_octet_changed_in_what_is_signed_fails()
    {
        var options = new DkimSignOptions { Header = Canonicalization.Simple, Body = Canonicalization.Simple };
        var signed = world.Sign(Letter, options, world.Ed25519);
        var start = signed.Length - Letter.Length;
        var unsigned = Encoding.ASCII.GetString(signed).IndexOf("Received:", StringComparison.Ordinal);
        var blank = Encoding.ASCII.GetString(signed).IndexOf("\r\n\r\n", start, StringComparison.Ordinal);
        // Of the last digit of base64 four bits count for nothing.
        var padded = Encoding.ASCII.GetString(signed).IndexOf("==\r\n", StringComparison.Ordinal) - 1;
        for (var at = 0; at < signed.Length - 4; at++)
        {
            if (at >= unsigned && at <= blank + 1 || at == padded)
                continue;
            var changed = (byte[])signed.Clone();
            changed[at] ^= 1;
            Assert.False((await world.VerifyAsync(changed)).Any(result => result.IsPass), $"{at} of {signed.Length}");
        }
    }

    [Fact]
    public async Task White_space_may_change_on_the_way_of_a_relaxed_message()
    {
        var signed = Encoding.ASCII.GetString(world.Sign(Letter));
        var changed = signed
            .Replace("Subject:   Is dinner   ready?", "SUBJECT: Is\r\n dinner ready?\t", StringComparison.Ordinal)
            .Replace("Hi.  \r\n", "Hi.\r\n", StringComparison.Ordinal)
            .Replace("DKIM-Signature: v=1; a", "dkim-signature:v=1;\r\n  a", StringComparison.Ordinal);
        Assert.NotEqual(signed, changed);
        Assert.All(await world.VerifyAsync(Encoding.ASCII.GetBytes(changed)), result => Assert.True(result.IsPass));
    }

    [Theory]
    [InlineData("From: evil@example.org")]
    [InlineData("Subject: another")]
    [InlineData("To: another@example.org")]
    [InlineData("Cc: another@example.org")]
    [InlineData("Reply-To: evil@example.org")]
    [InlineData("Date: Fri, 11 Jul 2003 21:00:37 -0700")]
    [InlineData("Message-ID: <another@example.org>")]
    [InlineData("Content-Type: multipart/mixed; boundary=Hi")]
    [InlineData("MIME-Version: 1.0")]
    public async Task No_field_that_is_shown_can_be_added(string field)
    {
        var signed = world.Sign(Letter);
        byte[] added = [.. Encoding.ASCII.GetBytes($"{field}\r\n"), .. signed];
        Assert.All(await world.VerifyAsync(added), result => Assert.Equal(DkimVerdict.Fail, result.Verdict));
        byte[] trace = [.. "Received: by another\r\nReturn-Path: <a@b>\r\nX-Y: z\r\n"u8, .. signed];
        Assert.All(await world.VerifyAsync(trace), result => Assert.True(result.IsPass));
    }

    [Fact]
    public void The_same_message_and_time_give_the_same_fields_however_it_is_cut()
    {
        var whole = world.Sign(Letter);
        for (var piece = 1; piece < Letter.Length; piece++)
        {
            using var signing = new DkimSigning(DkimHarness.Domain, world.Keys, DkimHarness.Clock, null);
            foreach (var some in Letter.Chunk(piece))
                signing.Write(some);
            Assert.Equal(whole, (byte[])[.. signing.Complete(), .. Letter]);
        }
    }

    [Fact]
    public void The_fields_are_folded_and_name_what_is_signed()
    {
        var options = new DkimSignOptions { Lifetime = TimeSpan.FromDays(7) };
        var text = Encoding.ASCII.GetString(world.Sign(Letter, options).AsSpan(..^Letter.Length));
        Assert.All(text.Split("\r\n"), line => Assert.InRange(line.Length, 0, 78));
        Assert.EndsWith("\r\n", text, StringComparison.Ordinal);
        var plain = text.Replace("\r\n", "", StringComparison.Ordinal).Replace("\t", "", StringComparison.Ordinal);
        Assert.Contains("t=1700000000; x=1700604800;", plain.Replace("x=", " x=").Replace("  ", " "));
        Assert.Contains("h=From:From:To:To:Cc:Subject:Subject:", plain, StringComparison.Ordinal);
        Assert.Contains(":List-Unsubscribe;", plain, StringComparison.Ordinal);
        Assert.DoesNotContain("Received", plain, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_that_nobody_could_verify_is_not_signed() =>
        Assert.Throws<InvalidOperationException>(() => world.Sign(DkimHarness.Message("To: a@b\r\n\r\nHi.\r\n")));

    [Fact]
    public void A_key_comes_back_from_what_was_exported()
    {
        using var other = DkimKey.GenerateEd25519("x", new SeededEntropy(1));
        Assert.NotEqual(world.Ed25519.RecordText, other.RecordText);
        foreach (var key in world.Keys)
        {
            using var again = DkimKey.Import("again", key.Algorithm, key.Export());
            Assert.Equal((key.RecordText, key.Bits), (again.RecordText, again.Bits));
        }

        Assert.Equal(2048, world.Rsa.Bits);
        Assert.Equal(2, world.Rsa.RecordStrings.Count);
        Assert.All(world.Rsa.RecordStrings, text => Assert.InRange(text.Length, 1, 255));
        Assert.Equal(world.Rsa.RecordText, string.Concat(world.Rsa.RecordStrings));
        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(() =>
            DkimKey.Import("x", DkimAlgorithm.RsaSha256, new byte[32])
        );
        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(() =>
            DkimKey.Import("x", DkimAlgorithm.Ed25519Sha256, new byte[31])
        );
    }

    static byte[] Ugly(Random random)
    {
        var text = new StringBuilder();
        string[] names =
        [
            "Subject",
            "To",
            "X-Empty",
            "subject",
            "List-Id",
            "Content-Type",
            "Cc",
            "RECEIVED",
            "Sender ",
        ];
        var from = random.Next(6);
        for (var i = 0; i < 6; i++)
        {
            text.Append(i == from ? "From" : names[random.Next(names.Length)]).Append(':');
            text.Append(Text(random, " \tabü,;=:", random.Next(20)));
            if (random.Next(2) == 0)
                text.Append("\r\n ").Append(Text(random, " \txyz", random.Next(10)));
            text.Append("\r\n");
        }

        if (random.Next(10) == 0)
            return Encoding.UTF8.GetBytes(text.ToString());
        text.Append("\r\n");
        for (var i = random.Next(30); i > 0; i--)
            text.Append(Text(random, " \t.abß\r\n", random.Next(12))).Append("\r\n");
        text.Append(Text(random, " \t\r\nab", random.Next(4)));
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    static string Text(Random random, string characters, int length) =>
        new(random.GetItems(characters.ToCharArray(), length));
}
