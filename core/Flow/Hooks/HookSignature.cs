using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cloud.Trust.Crypto;

namespace Cloud.Flow.Hooks;

/// <summary>The three header fields by which a receiver knows us: Standard Webhooks, v1 and v1a.</summary>
/// <remarks>
/// Signed is <c>id.timestamp.body</c>: v1 is HMAC-SHA256, v1a is Ed25519, once for each secret that counts. The
/// timestamp is that of the attempt, so that a receiver can refuse what is old.
/// </remarks>
static class HookSignature
{
    public const string IdField = "webhook-id";
    public const string TimeField = "webhook-timestamp";
    public const string SignatureField = "webhook-signature";

    public static string Of(HookKeys keys, string id, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        var head = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{Seconds(at)}."));
        byte[] signed = [.. head, .. body];
        var text = new StringBuilder();
        foreach (var secret in keys.Secrets.Where(secret => secret.CountsAt(at)))
            text.Append("v1,").Append(Convert.ToBase64String(HMACSHA256.HashData(secret.Key, signed))).Append(' ');
        foreach (var seed in keys.SeedsAt(at))
            text.Append("v1a,").Append(Convert.ToBase64String(Ed25519.Sign(signed, seed))).Append(' ');
        return text.ToString(0, text.Length - 1);
    }

    public static long Seconds(DateTimeOffset at) => at.ToUnixTimeSeconds();
}
