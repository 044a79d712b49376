using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Cloud.Tests.Wire;

/// <summary>The client's side of SCRAM-SHA-256 by RFC 5802 §3, with and without channel binding; it shares nothing with the server.</summary>
/// <param name="header">gs2-header.</param>
/// <param name="name">As a saslname.</param>
/// <param name="binding">cbind-data; null for none.</param>
sealed class ScramClient(
    string header,
    string name,
    string password,
    string nonce = "abc",
    ReadOnlyMemory<byte>? binding = null
)
{
    /// <summary>Changes client-final before it is proved, as the client itself would have to.</summary>
    public (string What, string By) Tamper { get; init; } = ("c=", "c=");

    /// <summary>What the server proves itself with; after <see cref="Final"/>.</summary>
    public string ServerFinal { get; private set; } = "";

    string Bare => $"n={name},r={nonce}";

    public string First => header + Bare;

    public string Final(string serverFirst)
    {
        var parts = serverFirst.Split(',');
        Assert.StartsWith($"r={nonce}", parts[0], StringComparison.Ordinal);
        Assert.True(parts[0].Length > nonce.Length + 18, serverFirst);
        var salted = Rfc2898DeriveBytes.Pbkdf2(
            password,
            Convert.FromBase64String(parts[1][2..]),
            int.Parse(parts[2][2..], CultureInfo.InvariantCulture),
            HashAlgorithmName.SHA256,
            32
        );
        byte[] input = [.. Encoding.UTF8.GetBytes(header), .. binding?.ToArray() ?? []];
        var final = $"c={Convert.ToBase64String(input)},{parts[0]}".Replace(
            Tamper.What,
            Tamper.By,
            StringComparison.Ordinal
        );
        var message = Encoding.UTF8.GetBytes($"{Bare},{serverFirst},{final}");
        var key = HMACSHA256.HashData(salted, "Client Key"u8);
        var signature = HMACSHA256.HashData(SHA256.HashData(key), message);
        var server = HMACSHA256.HashData(HMACSHA256.HashData(salted, "Server Key"u8), message);
        ServerFinal = $"v={Convert.ToBase64String(server)}";
        return $"{final},p={Convert.ToBase64String([.. key.Zip(signature, (a, b) => (byte)(a ^ b))])}";
    }
}
