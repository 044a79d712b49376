using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cloud.Bench.Servers;

/// <summary>Postfix that hands everything to one host.</summary>
/// <remarks>It takes mail under TLS from the first octet, as the other server's port of submission does.</remarks>
sealed class PostfixRelay(string root, Postfix postfix, OpenDkim? signer) : IRelayServer
{
    public string Name => signer is null ? "Postfix" : "Postfix, OpenDKIM";

    public IPEndPoint Submissions => postfix.Address;

    public string? Login => null;

    public IReadOnlyList<int> Processes => signer is null ? [postfix.ProcessId] : [postfix.ProcessId, signer.ProcessId];

    /// <param name="next">Where everything goes.</param>
    /// <param name="signs">With DKIM, as Cloud does.</param>
    public static async Task<PostfixRelay> StartAsync(IPEndPoint next, bool signs)
    {
        var root = await Programs.MakeFolderAsync();
        WriteCertificate(root);
        var signer = signs ? await OpenDkim.StartAsync(root, "example.test") : null;
        var milter = signer is null ? "" : $"smtpd_milters = inet:127.0.0.1:{signer.Port}";
        var postfix = await Postfix.StartAsync(
            root,
            $"""
            {milter}
            relayhost = [{next.Address}]:{next.Port}
            smtpd_tls_cert_file = {root}/cert.pem
            smtpd_tls_key_file = {root}/key.pem
            """,
            "smtpd_tls_wrappermode=yes"
        );
        return new(root, postfix, signer);
    }

    public async ValueTask DisposeAsync()
    {
        await postfix.DisposeAsync();
        if (signer is not null)
            await signer.DisposeAsync();
        Directory.Delete(root, recursive: true);
    }

    static void WriteCertificate(string root)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText($"{root}/cert.pem", certificate.ExportCertificatePem());
        File.WriteAllText($"{root}/key.pem", key.ExportPkcs8PrivateKeyPem());
    }
}
