using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;
using Cloud.Store.Azure;
using Cloud.Store.Ports;
using Cloud.Tests.Store.Ports;

namespace Cloud.Tests.Store.Azure;

/// <summary>The way by endpoints and identity, on an Azurite that asks for tokens over https.</summary>
public sealed class AzuriteIdentityTests : IAsyncLifetime
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("azurite");
    AzuriteProcess process = null!;
    X509Certificate2 certificate = null!;

    public async Task InitializeAsync()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var files = (Certificate: Path.Combine(folder.FullName, "c.pem"), Key: Path.Combine(folder.FullName, "k.pem"));
        await File.WriteAllTextAsync(files.Certificate, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(files.Key, key.ExportPkcs8PrivateKeyPem());
        process = await AzuriteProcess.StartAsync("--oauth", "basic", "--cert", files.Certificate, "--key", files.Key);
    }

    public async Task DisposeAsync()
    {
        await process.DisposeAsync();
        folder.Delete(recursive: true);
        certificate.Dispose();
    }

    AzureStore Open(Func<string> token) =>
        AzureStore.Open(
            new()
            {
                BlobEndpoint = Endpoint(process.BlobPort),
                QueueEndpoint = Endpoint(process.QueuePort),
                TableEndpoint = Endpoint(process.TablePort),
                Credential = DelegatedTokenCredential.Create((_, _) => new(token(), DateTimeOffset.UtcNow.AddHours(1))),
                Transport = new HttpClientTransport(
                    new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = Trust() } }
                ),
                RetryDelay = TimeSpan.FromMilliseconds(1),
            }
        );

    X509ChainPolicy Trust() =>
        new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { certificate },
            RevocationMode = X509RevocationMode.NoCheck,
        };

    static Uri Endpoint(int port) => new($"https://127.0.0.1:{port}/devstoreaccount1");

    static string Token(string audience)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var claims =
            $$"""{"aud":"{{audience}}","iss":"https://sts.windows.net/{{Guid.Empty}}/","iat":{{now - 60}},"nbf":{{now - 60}},"exp":{{now + 3600}}}""";
        static string Part(string json) =>
            Convert.ToBase64String(Encoding.UTF8.GetBytes(json)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        return $"{Part("""{"alg":"none","typ":"JWT"}""")}.{Part(claims)}.{Part("x")}";
    }

    [Fact]
    public async Task All_three_services_take_the_identity()
    {
        var store = Open(() => Token("https://storage.azure.com"));
        var transaction = new RowTransaction("p").Insert("a", new() { { "Value", 1 } }).Insert("b", []);
        Assert.True((await store.Rows.CommitAsync("mail", transaction, default)).Committed);
        Assert.Equal(2, (await store.Rows.QueryAsync("mail", RowRange.All("p"), null, 10, default)).Rows.Count);

        var content = Octets.Of(1, 300_000);
        await using (var writer = await store.Blobs.CreateAsync("ab/1", default))
        {
            await writer.WriteAsync(content, default);
            Assert.True(await writer.CompleteAsync(default));
        }
        Assert.True(await store.Blobs.CopyAsync("ab/1", "ab/2", default));
        await using var stream = await store.Blobs.OpenAsync("ab/2", 1000, 10, default);
        var read = new byte[10];
        await stream!.ReadExactlyAsync(read);
        Assert.Equal(content[1000..1010], read);

        await store.Queues.SendAsync("queue", new byte[] { 7 }, TimeSpan.Zero, default);
        var message = Assert.Single(await store.Queues.ReceiveAsync("queue", 1, TimeSpan.FromMinutes(1), default));
        Assert.True(await store.Queues.DeleteAsync("queue", message, default));
    }

    [Fact]
    public async Task A_token_for_something_else_is_a_fault_that_does_not_show_it()
    {
        var token = Token("https://elsewhere.example");
        var store = Open(() => token);
        var rows = await Assert.ThrowsAsync<StoreException>(() =>
            store.Rows.GetAsync("mail", new("p", "a"), default).AsTask()
        );
        var blobs = await Assert.ThrowsAsync<StoreException>(() => store.Blobs.DeleteAsync("ab/1", default).AsTask());
        foreach (var fault in new[] { rows, blobs })
            Assert.DoesNotContain(token, fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_identity_that_gives_no_token_is_a_fault()
    {
        var store = Open(() => throw new global::Azure.Identity.CredentialUnavailableException("no identity here"));
        var transaction = new RowTransaction("p").Insert("a", []);
        await Assert.ThrowsAsync<StoreException>(() => store.Rows.CommitAsync("mail", transaction, default).AsTask());
    }
}
