using System.Security.Cryptography;
using System.Text;
using Cloud.Store.Ports;
using Cloud.Trust;
using Cloud.Trust.Dkim;

namespace Cloud.Clients.Trust;

/// <summary>Debian's python3-dkim verifies what we sign, and the reverse.</summary>
public sealed class DkimpyTests : IDisposable
{
    const string Domain = "example.test";

    static readonly Canonicalization[] Forms = [Canonicalization.Simple, Canonicalization.Relaxed];

    readonly string home = Directory.CreateTempSubdirectory("cloud-dkim-").FullName;
    readonly DkimKey[] keys = [DkimKey.GenerateRsa("rsa"), DkimKey.GenerateEd25519("ed", Entropy.System)];

    public static TheoryData<Canonicalization, Canonicalization> AllForms
    {
        get
        {
            var rows = new TheoryData<Canonicalization, Canonicalization>();
            foreach (var header in Forms)
            {
                foreach (var body in Forms)
                    rows.Add(header, body);
            }

            return rows;
        }
    }

    /// <summary>Those with a From, without which nothing is signed; ended as dkimpy takes a message.</summary>
    static IEnumerable<Letter> Letters =>
        [
            Letter.Plain("plain"),
            .. Letter.Ugly.Append(Letter.NoFinalNewline).Select(WithFrom),
            Letter.Of(
                "spaces",
                "From:  bob@example.test \nTo: a@b,\n\t c@d  \nSubject:\t  a \t b\nSUBJECT: again\nCc:\n\n a \t b \n\n \t\nc\t\n \n\n"
            ),
        ];

    public void Dispose()
    {
        foreach (var key in keys)
            key.Dispose();
        Directory.Delete(home, recursive: true);
    }

    [SkippableTheory]
    [MemberData(nameof(AllForms))]
    public async Task It_verifies_what_we_sign(Canonicalization header, Canonicalization body)
    {
        await RequireAsync();
        await File.WriteAllLinesAsync(At("records"), keys.Select(key => $"{NameOf(key)} {key.RecordText}"));
        foreach (var letter in Letters)
        {
            using var signing = new DkimSigning(
                Domain,
                keys,
                TimeProvider.System,
                new DkimSignOptions { Header = header, Body = body }
            );
            signing.Write(letter.Bytes);
            await File.WriteAllBytesAsync(At("signed"), [.. signing.Complete(), .. letter.Bytes]);
            var told = await Tool.PythonAsync(home, "dkim_verify.py", At("signed"), At("records"));
            Assert.Equal($"{letter.Name} True True", $"{letter.Name} {told.Trim().Replace("\n", " ")}");
        }
    }

    [SkippableTheory]
    [MemberData(nameof(AllForms))]
    public async Task We_verify_what_it_signs(Canonicalization header, Canonicalization body)
    {
        await RequireAsync();
        var dns = new KeyZone(Domain, keys);
        foreach (var key in keys)
            await File.WriteAllTextAsync(At(key.Selector), SecretOf(key));

        foreach (var letter in Letters)
        {
            await File.WriteAllBytesAsync(At("letter"), letter.Bytes);
            foreach (var key in keys)
            {
                foreach (var length in (string[])["whole", "length"])
                {
                    string[] forms = [$"{header}".ToLowerInvariant(), $"{body}".ToLowerInvariant(), length];
                    string[] signer = [At(key.Selector), key.Selector, Domain, key.AlgorithmName];
                    var field = await Tool.PythonAsync(home, "dkim_sign.py", [At("letter"), .. signer, .. forms]);
                    using var verification = new MessageVerification(dns, TimeProvider.System, null, default);
                    verification.Write(Encoding.Latin1.GetBytes(field));
                    verification.Write(letter.Bytes);
                    var result = Assert.Single((await verification.CompleteAsync()).Dkim);
                    Assert.True(result.IsPass, $"{letter.Name} {length}: {result}");
                }
            }
        }
    }

    static Letter WithFrom(Letter letter) =>
        Encoding.Latin1.GetString(letter.Bytes).Contains("\nFrom:", StringComparison.Ordinal)
            ? letter
            : letter with
            {
                Bytes = [.. "From: bob@example.test\r\n"u8, .. letter.Bytes],
            };

    static string NameOf(DkimKey key) => $"{key.Selector}._domainkey.{Domain}";

    static string SecretOf(DkimKey key)
    {
        if (key.Algorithm == DkimAlgorithm.Ed25519Sha256)
            return Convert.ToBase64String(key.Export());
        using var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(key.Export(), out _);
        return rsa.ExportRSAPrivateKeyPem();
    }

    async Task RequireAsync()
    {
        Tool.Require("python3");
        var (exitCode, _) = await Tool.TryAsync(home, Tool.Python, "-c", "import dkim, nacl");
        Skip.If(exitCode != 0, "python3-dkim and python3-nacl are not installed");
    }

    string At(string name) => Path.Combine(home, name);
}
