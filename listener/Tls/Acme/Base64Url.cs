using System.Text;

namespace Cloud.Listener.Tls.Acme;

/// <summary>base64url without padding (RFC 8555 §6.1).</summary>
static class Base64Url
{
    public static string Encode(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    public static string Encode(string text) => Encode(Encoding.UTF8.GetBytes(text));
}
