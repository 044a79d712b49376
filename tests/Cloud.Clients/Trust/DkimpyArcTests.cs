using System.Security.Cryptography;
using System.Text;
using Cloud.Dns;
using Cloud.Mail.Headers;
using Cloud.Trust;
using Cloud.Trust.Arc;
using Cloud.Trust.AuthResults;
using Cloud.Trust.Dkim;

namespace Cloud.Clients.Trust;

/// <summary>Chains made by dkimpy, with what we say of a message: it and we agree on them, sound or damaged.</summary>
public sealed class DkimpyArcTests : IDisposable
{
    const string Domain = "example.test";
    const string Server = "mx.example.test";
    const int Damaged = 150;

    readonly string home = Directory.CreateTempSubdirectory("cloud-arc-").FullName;
    readonly DkimKey[] keys = [DkimKey.GenerateRsa("one"), DkimKey.GenerateRsa("two")];

    public void Dispose()
    {
        foreach (var key in keys)
            key.Dispose();
        Directory.Delete(home, recursive: true);
    }

    [SkippableFact]
    public async Task We_verify_what_it_seals_and_read_what_it_saw()
    {
        await RequireAsync();
        foreach (var letter in Letters)
        {
            var chain = await SealAsync(await SealAsync(letter.Bytes, keys[0]), keys[1]);
            var verdict = await VerifyAsync(chain);
            Assert.True(verdict.IsPass, $"{letter.Name}: {verdict}");
            Assert.Equal([(1, "one"), (2, "two")], verdict.Sets.Select(set => (set.Instance, set.Selector)));
            var seen = verdict.TrustedSet([DnsName.Parse(Domain)])!;
            Assert.Equal((1, Server), (seen.Instance, seen.Results!.Server));
            Assert.Equal("ada@example.test", seen.ResultOf("spf")!.Property("smtp.mailfrom"));
            Assert.Equal("pass", verdict.Sets[1].ResultOf("arc")!.Result);
        }
    }

    [SkippableFact]
    public async Task It_and_we_agree_on_chains_with_an_octet_changed()
    {
        await RequireAsync();
        var chain = await SealAsync(await SealAsync(Letter.Plain("plain").Bytes, keys[0]), keys[1]);
        var random = new Random(8617);
        var paths = new List<string>();
        var ours = new List<string>();
        for (var i = 0; i < Damaged; i++)
        {
            var damaged = chain.ToArray();
            var at = random.Next(damaged.Length);
            damaged[at] = (byte)random.Next(' ', '~');
            paths.Add(At($"damaged{i}"));
            await File.WriteAllBytesAsync(paths[^1], damaged);
            var verdict = await VerifyAsync(damaged);
            ours.Add($"{i} {(verdict.IsPass ? "pass" : "not")}");
        }

        await File.WriteAllLinesAsync(
            At("records"),
            keys.Select(key => $"{key.Selector}._domainkey.{Domain} {key.RecordText}")
        );
        var told = await Tool.PythonAsync(home, "arc_verify.py", [At("records"), .. paths]);
        var theirs = told.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select((result, i) => $"{i} {result}");
        Assert.Equal(theirs, ours);
        Assert.Contains(ours, line => line.EndsWith("pass", StringComparison.Ordinal)); // The octet is not covered.
    }

    static IEnumerable<Letter> Letters =>
        [
            Letter.Plain("plain"),
            Letter.Of(
                "spaces",
                "From:  bob@example.test \nTo: a@b,\n\t c@d  \nSubject:\t  a \t b\nCc:\n\n a \t b \n\n \t\nc\t\n \n\n"
            ),
        ];

    /// <summary>Puts our results on a message, and the forwarder's set on both.</summary>
    async Task<byte[]> SealAsync(byte[] message, DkimKey key)
    {
        var arc = await VerifyAsync(message);
        var results = new AuthenticationResults(
            Server,
            1,
            [
                new("spf", "pass", null, [new("smtp.mailfrom", "ada@example.test")]),
                new("dmarc", "fail", "nothing is aligned; (really)", [new("header.from", Domain)]),
                .. arc.Result == ArcResult.None ? [] : (AuthenticationResult[])[arc.ToResult(null)],
            ]
        );
        var forged = new ForgedResults([Server]);
        byte[] kept = [.. forged.Write(message).SelectMany(piece => piece.ToArray()), .. forged.Complete().Span];
        byte[] judged = [.. ResultsField.Write(results), .. kept];
        await File.WriteAllBytesAsync(At("letter"), judged);
        using var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(key.Export(), out _);
        await File.WriteAllTextAsync(At("key"), rsa.ExportRSAPrivateKeyPem());
        var set = await Tool.PythonAsync(home, "arc_sign.py", At("letter"), At("key"), key.Selector, Domain, Server);
        Assert.NotEmpty(set);
        return [.. Encoding.Latin1.GetBytes(set), .. judged];
    }

    async Task<ArcVerdict> VerifyAsync(byte[] message)
    {
        using var verification = new MessageVerification(new KeyZone(Domain, keys), TimeProvider.System, null, default);
        verification.Write(message);
        return (await verification.CompleteAsync()).Arc;
    }

    async Task RequireAsync()
    {
        Tool.Require("python3");
        var (exitCode, _) = await Tool.TryAsync(home, Tool.Python, "-c", "import dkim, authres");
        Skip.If(exitCode != 0, "python3-dkim and python3-authres are not installed");
    }

    string At(string name) => Path.Combine(home, name);
}
