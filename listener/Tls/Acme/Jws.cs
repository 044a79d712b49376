using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Cloud.Listener.Tls.Acme;

/// <summary>Signed requests: JWS in the flattened JSON form (RFC 7515 §7.2.2, RFC 8555 §6.2).</summary>
static class Jws
{
    /// <param name="account">The account's URL; null for the request that makes or finds it, which carries the key itself.</param>
    /// <param name="url">Where it is sent: a request may not be replayed elsewhere (RFC 8555 §6.4).</param>
    /// <param name="payload">JSON; empty for POST-as-GET (RFC 8555 §6.3).</param>
    public static SignedRequest Sign(AccountKey key, string? account, string nonce, Uri url, string payload)
    {
        var header = new ProtectedHeader
        {
            Alg = "ES256",
            Nonce = nonce,
            Url = url.AbsoluteUri,
            Kid = account,
            Jwk = account is null ? JsonDocument.Parse(key.Jwk).RootElement : null,
        };
        return Assemble(header, payload, input => key.Sign(input));
    }

    /// <summary>Proof that an account at the authority's own customer desk is ours (RFC 8555 §7.3.4).</summary>
    /// <param name="secret">The MAC key that the authority gave, decoded.</param>
    public static SignedRequest BindAccount(AccountKey key, string keyId, byte[] secret, Uri newAccount)
    {
        var header = new ProtectedHeader
        {
            Alg = "HS256",
            Url = newAccount.AbsoluteUri,
            Kid = keyId,
        };
        return Assemble(header, key.Jwk, input => HMACSHA256.HashData(secret, input));
    }

    static SignedRequest Assemble(ProtectedHeader header, string payload, Func<byte[], byte[]> sign)
    {
        var first = Base64Url.Encode(JsonSerializer.SerializeToUtf8Bytes(header, AcmeJson.Default.ProtectedHeader));
        var second = Base64Url.Encode(payload);
        var signature = sign(Encoding.ASCII.GetBytes($"{first}.{second}"));
        return new(first, second, Base64Url.Encode(signature));
    }
}
