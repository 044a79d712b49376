using System.Buffers;
using System.Security.Cryptography;
using Cloud.Trust.Dkim;

namespace Cloud.Trust.Arc;

/// <summary>What seals cover: the sets up to their own, in order, in relaxed form. RFC 8617 §5.1.1.</summary>
/// <remarks>Written once for the chain: the text of a seal is a beginning of it, and the seal without the value of b=.</remarks>
sealed class SealedText
{
    readonly ArrayBufferWriter<byte> text = new(4096);
    readonly List<int> seals = []; // where each begins
    readonly HeaderBlock header;
    readonly IReadOnlyList<ArcLink> links;

    public SealedText(HeaderBlock header, IReadOnlyList<ArcLink> links)
    {
        (this.header, this.links) = (header, links);
        foreach (var link in links)
        {
            Write(link.ResultsIndex);
            Write(link.SignatureIndex);
            seals.Add(text.WrittenCount);
            Write(link.SealIndex);
        }
    }

    /// <param name="at">Which set, from 0.</param>
    public byte[] Hash(int at)
    {
        var own = new ArrayBufferWriter<byte>(1024);
        CanonicalHeader.WriteUnsigned(header[links[at].SealIndex], Canonicalization.Relaxed, own);
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(text.WrittenSpan[..seals[at]]);
        sha.AppendData(own.WrittenSpan[..^2]); // Its line end is not signed.
        return sha.GetHashAndReset();
    }

    void Write(int index) => CanonicalHeader.Write(header[index], Canonicalization.Relaxed, text);
}
