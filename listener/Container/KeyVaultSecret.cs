using System.Text.Json;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Cloud.Listener.Tls;

namespace Cloud.Listener.Container;

/// <summary>A certificate kept in Key Vault: the secret of the same name holds it with its key, as PKCS #12 or PEM.</summary>
/// <param name="secret">https://VAULT/secrets/NAME, without a version: the newest is asked for.</param>
/// <param name="interval">How often.</param>
sealed class KeyVaultSecret(Uri secret, TimeSpan interval, HttpPipeline pipeline) : ICertificateSource
{
    public const string Scope = "https://vault.azure.net/.default";

    /// <summary>What every vault's host ends with, in the public cloud.</summary>
    public const string Suffix = ".vault.azure.net";

    const string ApiVersion = "7.4";

    string? version;

    public (TimeSpan First, TimeSpan Most) Retry => (TimeSpan.FromMinutes(1), TimeSpan.FromHours(1));

    public async ValueTask<CertificateLook> LookAsync(CancellationToken cancel)
    {
        using var document = await ReadAsync(cancel);
        var newest = Text(document, "id");
        if (newest == version)
            return new(null, interval);
        var certificate = Decode(Text(document, "value"), Text(document, "contentType"));
        version = newest;
        return new(certificate, interval);
    }

    static ServerCertificate Decode(string value, string type)
    {
        if (type == "application/x-pem-file")
            return ServerCertificate.FromPem(value, value);
        try
        {
            return ServerCertificate.FromPfx(Convert.FromBase64String(value));
        }
        catch (FormatException)
        {
            throw new CertificateException($"the vault's secret is neither PEM nor base64 (its type is \"{type}\")");
        }
    }

    async Task<JsonDocument> ReadAsync(CancellationToken cancel)
    {
        try
        {
            using var message = pipeline.CreateMessage();
            message.Request.Method = RequestMethod.Get;
            message.Request.Uri.Reset(new Uri($"{secret.AbsoluteUri}?api-version={ApiVersion}"));
            message.Request.Headers.Add("Accept", "application/json");
            await pipeline.SendAsync(message, cancel);
            var response = message.Response;
            if (response.Status != 200)
                throw new CertificateException($"{secret.Host} answered {response.Status} {response.ReasonPhrase}");
            return response.Content.ToMemory().Length <= 2 * ServerCertificate.MaxSize
                ? JsonDocument.Parse(response.Content.ToMemory())
                : throw new CertificateException($"{secret.Host} answered more than a certificate");
        }
        catch (Exception e) when (AzureFaults.Is(e, cancel))
        {
            throw new CertificateException($"{secret.Host} cannot be read: {AzureFaults.Text(e)}", e);
        }
    }

    string Text(JsonDocument document, string name) =>
        document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new CertificateException($"{secret.Host} answered a secret without {name}");
}
