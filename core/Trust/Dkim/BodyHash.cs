using System.Security.Cryptography;

namespace Cloud.Trust.Dkim;

/// <summary>SHA-256 of a canonical body, or of its first octets.</summary>
/// <param name="limit">l=; null for all.</param>
sealed class BodyHash(long? limit) : IDisposable
{
    readonly IncrementalHash sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    long left = limit ?? long.MaxValue;

    public long? Limit { get; } = limit;

    /// <summary>Set when the body is complete.</summary>
    public byte[] Value { get; private set; } = [];

    public void Append(ReadOnlySpan<byte> octets)
    {
        if (octets.Length > left)
            octets = octets[..(int)left];
        left -= octets.Length;
        sha.AppendData(octets);
    }

    public void Complete() => Value = sha.GetHashAndReset();

    public void Dispose() => sha.Dispose();
}
