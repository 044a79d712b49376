using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Cloud.Listener.Tls.Acme;
using Base64 = System.Buffers.Text.Base64Url;

namespace Cloud.Tests.Listener.Tls.Acme;

sealed class AcmeFault(string type, int status, string detail, int? retryAfter = null) : Exception(detail)
{
    public string Type => type;

    public int Status => status;

    public int? RetryAfter => retryAfter;

    public object ToJson() =>
        new
        {
            type = $"urn:ietf:params:acme:error:{type}",
            detail = Message,
            status,
        };
}

/// <summary>An account as the authority knows it: by its key.</summary>
sealed record AcmeTestAccount(string Url, ECDsa Key, string Jwk, string Thumbprint)
{
    public static AcmeTestAccount Of(JsonElement jwk, string root)
    {
        string Member(string name) => jwk.GetProperty(name).GetString()!;
        if (Member("kty") != "EC" || Member("crv") != "P-256")
            throw new AcmeFault("badPublicKey", 400, "not P-256");
        var point = new ECPoint { X = Base64.DecodeFromChars(Member("x")), Y = Base64.DecodeFromChars(Member("y")) };
        var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = point });
        // RFC 7638 §3.2: the required members alone, in order.
        var canonical = $$"""{"crv":"P-256","kty":"EC","x":"{{Member("x")}}","y":"{{Member("y")}}"}""";
        var thumbprint = Base64.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(canonical)));
        return new($"{root}/account/{thumbprint}", key, canonical, thumbprint);
    }
}

/// <summary>A signed request, taken apart.</summary>
sealed record AcmeTestJws(string First, string Second, byte[] Signature, JsonElement Protected)
{
    public static AcmeTestJws Parse(JsonElement body)
    {
        string Member(string name) => body.GetProperty(name).GetString()!;
        using var header = JsonDocument.Parse(Base64.DecodeFromChars(Member("protected")));
        var signature = Base64.DecodeFromChars(Member("signature"));
        return new(Member("protected"), Member("payload"), signature, header.RootElement.Clone());
    }

    public JsonElement? Jwk => Protected.TryGetProperty("jwk", out var jwk) ? jwk : null;

    public string PayloadText => Encoding.UTF8.GetString(Base64.DecodeFromChars(Second));

    byte[] Signed => Encoding.ASCII.GetBytes($"{First}.{Second}");

    public string? Header(string name) => Protected.TryGetProperty(name, out var value) ? value.GetString() : null;

    public JsonElement Payload() => JsonDocument.Parse(PayloadText).RootElement;

    public bool IsSignedBy(ECDsa key) => key.VerifyData(Signed, Signature, HashAlgorithmName.SHA256);

    public bool HasMac(byte[] key) => HMACSHA256.HashData(key, Signed).AsSpan().SequenceEqual(Signature);
}

/// <summary>An order as the authority keeps it.</summary>
sealed class AcmeTestOrder(string id, AcmeTestAccount account, IReadOnlyList<string> names, string? replaces)
{
    public string Id => id;

    public AcmeTestAccount Account => account;

    public IReadOnlyList<string> Names => names;

    public string? Replaces => replaces;

    public string? Chain { get; private set; }

    /// <summary>RFC 9773 §4.1.</summary>
    public string? CertificateId { get; private set; }

    public ConcurrentDictionary<string, string> Proved { get; } = new();

    public IReadOnlyDictionary<string, string> Tokens { get; } =
        names.ToDictionary(name => name, name => $"token-{id}-{name.Replace('.', '_').Replace('*', '-')}");

    string? finalized;

    public string Status
    {
        get =>
            finalized
            ?? (
                Proved.Values.Contains("invalid") ? "invalid"
                : Proved.Count == names.Count ? "ready"
                : "pending"
            );
        set => finalized = value;
    }

    public void Issue(string chain)
    {
        Chain = chain;
        using var leaf = X509Certificate2.CreateFromPem(chain);
        CertificateId = AcmeSource.CertificateId(leaf);
    }

    public object ToJson(string root) =>
        new
        {
            status = Status,
            identifiers = names.Select(name => new { type = "dns", value = name }),
            authorizations = names.Select(name => $"{root}/authorization/{id}/{name}"),
            finalize = $"{root}/finalize/{id}",
            certificate = Status == "valid" ? $"{root}/certificate/{id}" : null,
        };

    public object AuthorizationJson(string name, string type, string root)
    {
        var status = Proved.GetValueOrDefault(name, "pending");
        var error =
            status == "invalid"
                ? new { type = "urn:ietf:params:acme:error:unauthorized", detail = "the proof is not there" }
                : null;
        return new
        {
            status,
            identifier = new { type = "dns", value = name.Replace("*.", "") },
            wildcard = name.StartsWith("*."),
            challenges = new object[]
            {
                new
                {
                    type = "tls-alpn-01",
                    status = "pending",
                    token = "other",
                    url = $"{root}/never",
                },
                new
                {
                    type,
                    status,
                    token = Tokens[name],
                    url = $"{root}/challenge/{id}/{name}",
                    error,
                },
            },
        };
    }
}
