using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cloud.Clients.Peers;

/// <summary>The mail host of <see cref="Domain"/>: a program with its configuration and mail in a folder of its own.</summary>
abstract class Peer : IAsyncDisposable
{
    public const string Domain = "peer.test";

    /// <summary>Its name, which its certificate bears.</summary>
    public const string Host = "mx.peer.test";

    /// <summary>A recipient whom it refuses with 550 at RCPT.</summary>
    public const string Refused = "refused@peer.test";

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("cloud-peer-");
    PeerProcess? process;

    protected Peer()
    {
        // Its children are of other users.
        File.SetUnixFileMode(Folder, (UnixFileMode)Searchable);
        folder.CreateSubdirectory("mail");
        WriteCertificate();
    }

    /// <summary>rwx for the owner, r-x for the others.</summary>
    const int Searchable = 0x1ED;

    protected string Folder => folder.FullName;

    /// <summary>Where it listens.</summary>
    public int Port { get; } = FreePort.Find();

    /// <summary>Its certificate, which it has signed itself.</summary>
    public string Certificate => At("cert.pem");

    /// <summary>What it has said so far.</summary>
    public string Output => process?.Output ?? "";

    /// <summary>What it says of <see cref="Refused"/>.</summary>
    public virtual string Refusal => "nobody of this name";

    /// <summary>Its folder of new mail, a Maildir's.</summary>
    protected virtual string Mail => At("mail/new");

    /// <summary>Skips the test where it cannot be run.</summary>
    public abstract void Require();

    /// <param name="reports">Port of the host of example.test, for what it has to tell senders.</param>
    public async Task StartAsync(int reports) => process = await RunAsync(reports);

    protected abstract Task<PeerProcess> RunAsync(int reports);

    /// <summary>What it has filed, as it lies there.</summary>
    public IReadOnlyList<byte[]> Filed() =>
        Directory.Exists(Mail) ? [.. Directory.EnumerateFiles(Mail).Select(File.ReadAllBytes)] : [];

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
            await process.DisposeAsync();
        folder.Delete(recursive: true);
    }

    protected string At(string name) => Path.Combine(Folder, name);

    protected string Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
        File.WriteAllText(At(name), text);
        return At(name);
    }

    protected static void RequireRoot() =>
        Skip.IfNot(EffectiveUser() == 0, "only root may run it with children of other users");

    void WriteCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={Host}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Host);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(At("cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(At("key.pem"), key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(At("key.pem"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern uint EffectiveUser();
}
