using System.Net;

namespace Cloud.Trust.Spf;

static class Networks
{
    /// <summary>Whether the first bits of two addresses of one family are the same. RFC 7208 §5.</summary>
    public static bool Contains(IPAddress network, int prefix, IPAddress address)
    {
        if (network.AddressFamily != address.AddressFamily)
            return false;
        Span<byte> one = stackalloc byte[16];
        Span<byte> other = stackalloc byte[16];
        network.TryWriteBytes(one, out _);
        address.TryWriteBytes(other, out _);
        var (octets, bits) = (prefix / 8, prefix % 8);
        return one[..octets].SequenceEqual(other[..octets])
            && (bits == 0 || (one[octets] ^ other[octets]) >> (8 - bits) == 0);
    }
}
