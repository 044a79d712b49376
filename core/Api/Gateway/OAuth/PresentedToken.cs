using System.Security.Cryptography;
using System.Text;

namespace Cloud.Api.Gateway.OAuth;

/// <summary>A token that a client presents, good or not.</summary>
public sealed class PresentedToken(string text)
{
    /// <summary>A secret.</summary>
    public string Text => text;

    /// <summary>By what it is remembered and counted: its SHA-256 in hexadecimal, which opens nothing.</summary>
    public string Name { get; } = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    public override string ToString() => Name;
}
