using System.Globalization;
using Cloud.Store.Ports;

namespace Cloud.Store.Outbox;

/// <summary>Table <c>suppression</c>: whom an account (<c>a!{account}</c>) or a domain (<c>d!{domain}</c>) does not write to.</summary>
/// <remarks>A row an address: <see cref="KeyText.Encode"/> of its key, cut with a hash where it is too long.</remarks>
static class SuppressionRows
{
    public const string Table = "suppression";

    /// <summary>Characters of the encoded address before the hash: within a key's limit.</summary>
    const int Longest = 400;

    public static string Of(AccountId account) => $"a!{account}";

    public static string Of(string domain) => Fit($"d!{KeyText.Encode(domain)}");

    public static string Row(string addressKey) => Fit(KeyText.Encode(addressKey));

    static string Fit(string key)
    {
        if (key.Length <= Longest)
            return key;
        var hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(key));
        return string.Create(CultureInfo.InvariantCulture, $"{key[..Longest]}={Convert.ToHexStringLower(hash)}");
    }
}
