using System.Security.Cryptography;
using System.Text;

namespace Cloud.Api.Rest;

/// <summary>Names a state of a resource (RFC 9110 §8.8.3).</summary>
static class EntityTag
{
    /// <param name="state">Whatever differs where the resource does: a row's ETag.</param>
    public static string Of(string state) =>
        $"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(state)).AsSpan(0, 12))}\"";

    /// <param name="header">Of If-Match or If-None-Match: tags between commas, or <c>*</c> for any.</param>
    public static bool Matches(string header, string tag) =>
        header.Split(',').Any(one => one.Trim() is "*" || Strong(one.Trim()) == tag);

    /// <remarks>A proxy that compresses makes our tag a weak one; it still names the state.</remarks>
    static string Strong(string tag) => tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag;
}
