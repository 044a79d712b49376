using System.Security.Cryptography.X509Certificates;
using Cloud.Listener.Container;
using Cloud.Listener.Tls;
using Cloud.Tests.Listener.Tls.Acme;
using Microsoft.AspNetCore.Http;

namespace Cloud.Tests.Listener.Container;

/// <summary>Certificates from a vault of our own, over https and with a token.</summary>
public sealed class KeyVaultSecretTests : IAsyncLifetime
{
    readonly TestAuthority authority = new(DateTimeOffset.UtcNow);
    readonly List<string> requests = [];
    FakeAzure azure = null!;
    (string Version, string Value, string Type)? secret;
    int status = 200;

    public async Task InitializeAsync() => azure = await FakeAzure.StartAsync(AnswerAsync);

    public async Task DisposeAsync()
    {
        await azure.DisposeAsync();
        authority.Dispose();
    }

    [Theory]
    [InlineData("application/x-pkcs12")]
    [InlineData("application/x-pem-file")]
    public async Task A_certificate_is_read_with_its_key_and_again_only_when_its_version_changes(string type)
    {
        var source = Source();
        secret = ("1", Make("first.example.test", type), type);
        var look = await source.LookAsync(default);
        Assert.Equal(["first.example.test"], look.Changed!.Names);
        Assert.True(look.Changed.Leaf.HasPrivateKey);
        Assert.Equal(TimeSpan.FromHours(4), look.Next);
        Assert.Null((await source.LookAsync(default)).Changed);

        secret = ("2", Make("second.example.test", type), type);
        Assert.Equal(["second.example.test"], (await source.LookAsync(default)).Changed!.Names);
        Assert.All(requests, request => Assert.Equal("/secrets/mx?api-version=7.4", request));
        Assert.Equal("https://vault.azure.net/.default", azure.Scopes.First());
    }

    [Fact]
    public async Task What_is_no_certificate_is_told_without_showing_it()
    {
        secret = ("1", "hunter2", "text/plain");
        var fault = await Assert.ThrowsAsync<CertificateException>(async () => await Source().LookAsync(default));
        Assert.DoesNotContain("hunter2", fault.Message);
    }

    [Fact]
    public async Task A_vault_that_refuses_is_told_by_its_answer()
    {
        status = 403;
        var fault = await Assert.ThrowsAsync<CertificateException>(async () => await Source().LookAsync(default));
        Assert.Contains("403", fault.Message);
    }

    [Fact]
    public async Task A_vault_that_does_not_take_the_token_is_told()
    {
        azure.Token = "another";
        var fault = await Assert.ThrowsAsync<CertificateException>(async () => await Source().LookAsync(default));
        Assert.Contains("401", fault.Message);
    }

    KeyVaultSecret Source() =>
        new(new Uri(azure.Address, "/secrets/mx"), TimeSpan.FromHours(4), azure.Pipeline(KeyVaultSecret.Scope));

    string Make(string name, string type)
    {
        var (chain, key) = authority.Make(DateTimeOffset.UtcNow, TimeSpan.FromDays(90), name);
        if (type == "application/x-pem-file")
            return key + chain;
        using var certificate = X509Certificate2.CreateFromPem(chain, key);
        return Convert.ToBase64String(certificate.Export(X509ContentType.Pfx));
    }

    Task AnswerAsync(HttpContext context)
    {
        requests.Add($"{context.Request.Path}{context.Request.QueryString}");
        context.Response.StatusCode = status;
        return secret is var (version, value, type) && status == 200
            ? context.Response.WriteAsJsonAsync(
                new
                {
                    value,
                    contentType = type,
                    id = $"https://vault.test/secrets/mx/{version}",
                }
            )
            : Task.CompletedTask;
    }
}
