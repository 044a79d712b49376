using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Cloud.Trust.Dkim;

/// <summary>RSA keys that were read lately: to set one up takes six times as long as to verify with it.</summary>
/// <remarks>
/// Who takes a key has it for himself until he returns it, so none is used twice at once and none is disposed of in use.
/// </remarks>
static class RsaKeys
{
    /// <summary>Keys kept, some 3 KiB each. Half of all mail is signed with a few dozen keys.</summary>
    public const int Limit = 512;

    /// <summary>Bits of the longest key kept; longer ones are refused by <see cref="DkimLimits.MaxRsaBits"/> anyway.</summary>
    const int MaxBits = 4096;

    /// <summary>Octets of an exponent. Real ones are 65537 or 3; the time of a check rises with it.</summary>
    const int MaxExponent = 8;

    /// <summary>rsaEncryption. RFC 3279 §2.3.1.</summary>
    const string RsaEncryption = "1.2.840.113549.1.1.1";

    static readonly ConcurrentDictionary<byte[], RSA> Kept = new(new Octets());

    /// <param name="octets">p=: a SubjectPublicKeyInfo, or RSAPublicKey by the letter of RFC 6376 §3.6.1.</param>
    /// <param name="rsa">The key, to be returned.</param>
    /// <returns>False for what is no RSA key, or has too long an exponent.</returns>
    public static bool TryTake(byte[] octets, [NotNullWhen(true)] out RSA? rsa)
    {
        if (Kept.TryRemove(octets, out rsa))
            return true;
        if (!TryRead(octets, out var key))
            return false;
        rsa = RSA.Create();
        try
        {
            rsa.ImportParameters(key);
            return true;
        }
        catch (CryptographicException)
        {
            rsa.Dispose();
            rsa = null;
            return false;
        }
    }

    public static void Return(byte[] octets, RSA rsa)
    {
        // Whichever is first goes: a key that is used often is back at once.
        foreach (var (other, _) in Kept)
        {
            if (Kept.Count < Limit)
                break;
            if (Kept.TryRemove(other, out var old))
                old.Dispose();
        }
        if (rsa.KeySize > MaxBits || !Kept.TryAdd(octets, rsa))
            rsa.Dispose();
    }

    static bool TryRead(byte[] octets, out RSAParameters key)
    {
        key = default;
        try
        {
            var reader = new AsnReader(octets, AsnEncodingRules.BER);
            var outer = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            if (outer.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence))
            {
                if (outer.ReadSequence().ReadObjectIdentifier() != RsaEncryption)
                    return false;
                reader = new AsnReader(outer.ReadBitString(out _), AsnEncodingRules.BER);
                outer.ThrowIfNotEmpty();
                outer = reader.ReadSequence();
                reader.ThrowIfNotEmpty();
            }
            key = new() { Modulus = Number(outer), Exponent = Number(outer) };
            outer.ThrowIfNotEmpty();
            return key.Modulus.Length > 0 && key.Exponent.Length is > 0 and <= MaxExponent;
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException)
        {
            return false;
        }
    }

    /// <summary>Without leading zeros, as the platform wants them; nothing for what is below zero.</summary>
    static byte[] Number(AsnReader reader)
    {
        var octets = reader.ReadIntegerBytes().Span;
        return octets[0] >= 0x80 ? [] : octets.TrimStart((byte)0).ToArray();
    }

    sealed class Octets : IEqualityComparer<byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] octets)
        {
            var hash = new HashCode();
            hash.AddBytes(octets);
            return hash.ToHashCode();
        }
    }
}
