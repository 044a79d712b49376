using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Cloud.Tests.Functions.Authorization;

/// <summary>A tenant of Entra ID: publishes keys of its own, and signs what a test wants signed.</summary>
sealed class Issuer : HttpMessageHandler
{
    public static readonly Guid Tenant = new("11111111-2222-3333-4444-555555555555");

    public static readonly Uri Authority = new("https://login.example.test/");

    readonly Dictionary<string, RSA> keys = [];

    /// <summary>What is asked for, in order.</summary>
    public List<string> Asked { get; } = [];

    public bool IsDown { get; set; }

    /// <summary>Where it says that its keys are.</summary>
    public string KeysAt { get; set; } = "https://login.example.test/keys";

    /// <summary>Something else than the keys; null for the keys.</summary>
    public string? Instead { get; set; }

    public RSA AddKey(string id, int bits = 2048) => keys[id] = RSA.Create(bits);

    public void Forget(string id) => keys.Remove(id);

    /// <param name="header">Members as JSON; null for what Entra ID writes.</param>
    public string Sign(string key, string claims, string? header = null) =>
        Sign(keys[key], claims, header ?? $$"""{"typ":"JWT","alg":"RS256","kid":"{{key}}"}""");

    public static string Sign(RSA key, string claims, string header)
    {
        var signed = $"{Encode(header)}.{Encode(claims)}";
        var signature = key.SignData(
            Encoding.ASCII.GetBytes(signed),
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        );
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    public static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        Asked.Add(request.RequestUri!.ToString());
        if (IsDown)
            throw new HttpRequestException("Nobody answers");
        var text = request.RequestUri.AbsolutePath switch
        {
            "/keys" => Instead ?? Keys(),
            _ when request.RequestUri.AbsolutePath.EndsWith("/v2.0/.well-known/openid-configuration") =>
                $$"""{"issuer":"x","jwks_uri":{{JsonSerializer.Serialize(KeysAt)}}}""",
            _ => null,
        };
        var answer = new HttpResponseMessage(text is null ? HttpStatusCode.NotFound : HttpStatusCode.OK);
        answer.Content = new StringContent(text ?? "");
        return Task.FromResult(answer);
    }

    string Keys()
    {
        var all = keys.Select(key =>
        {
            var rsa = key.Value.ExportParameters(false);
            return string.Create(
                CultureInfo.InvariantCulture,
                $$"""{"kty":"RSA","use":"sig","kid":"{{key.Key}}","n":"{{Base64Url.EncodeToString(rsa.Modulus)}}","e":"{{Base64Url.EncodeToString(rsa.Exponent)}}"}"""
            );
        });
        return $$"""{"keys":[{{string.Join(',', all)}}]}""";
    }
}
